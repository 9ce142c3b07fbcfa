package io.autoscale.reactor.sns;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.SSLOptions;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the webhook show its certificate as it is on the disk: what was renewed there is shown to those who connect from then
 * on. While the files are no certificate with its key, as between the writing of the one and the other, the old one stays.
 */
final class Renewal {

    private static final Logger LOG = LoggerFactory.getLogger("receive");

    private final WebhookCertificate certificate;
    private final SSLOptions options;
    private final HttpServer server;

    private KeyCertOptions shown;
    private String problem = "";

    Renewal(WebhookCertificate certificate, HttpServerOptions options, HttpServer server) {
        this.certificate = certificate;
        this.options = options.getSslOptions();
        this.server = server;
        this.shown = options.getKeyCertOptions();
    }

    void lookEach(Vertx vertx, Duration interval) {
        vertx.setPeriodic(
                interval.toMillis(),
                tick -> vertx.executeBlocking(() -> {
                    look();
                    return null;
                }));
    }

    synchronized void look() {
        try {
            PemKeyCertOptions found = certificate.read();
            problem = "";
            if (!found.equals(shown)) {
                server.updateSSLOptions(new SSLOptions(options).setKeyCertOptions(found))
                        .onSuccess(done -> LOG.info("The webhook's certificate was renewed: {}.", certificate.chain()))
                        .onFailure(e -> LOG.error("The webhook's renewed certificate is not shown: {}", e.toString()));
                shown = found;
            }
        } catch (IllegalArgumentException e) {
            String now = String.valueOf(e.getMessage());
            if (!now.equals(problem)) {
                LOG.error("The webhook goes on with the certificate that it had: {}", now);
            }
            problem = now;
        }
    }
}
