package io.autoscale.reactor.sns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.Service;
import org.apache.camel.component.platform.http.PlatformHttpConstants;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.main.DefaultMainHttpServerFactory;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpConsumer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpEngine;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.apache.camel.main.HttpManagementServerConfigurationProperties;
import org.apache.camel.main.HttpServerConfigurationProperties;

/**
 * Makes Camel Main's HTTP server the webhook's: with its door ({@link WebhookServer}), and with every {@code platform-http}
 * route on it. Camel 4.17 would serve them on the management server once there are two.
 *
 * <p>Camel Main makes its servers before it reads configuration classes, so this one has to be bound by
 * {@code main.bind("webhookServerFactory", new WebhookServerFactory())}.
 */
public class WebhookServerFactory extends DefaultMainHttpServerFactory {

    /**
     * Deliveries at once are some seconds of work; SNS delivers the rest again. SNS opens few connections, sends at once, and
     * opens a new one if its old one is gone.
     */
    static final Connections.Limits LIMITS =
            new Connections.Limits(1000, 4000, Duration.ofSeconds(10), Duration.ofSeconds(30));

    private final Connections.Limits limits;

    public WebhookServerFactory() {
        this(LIMITS);
    }

    WebhookServerFactory(Connections.Limits limits) {
        this.limits = limits;
    }

    @Override
    public Service newHttpServer(CamelContext context, HttpServerConfigurationProperties settings) {
        if (settings.isAuthenticationEnabled() || settings.isStaticEnabled() || !"/".equals(settings.getPath())) {
            throw new IllegalArgumentException(
                    "camel.server serves nothing but the webhook, which SNS signatures protect: neither authentication nor"
                            + " static content can be enabled on it, and its path is reactor.webhook.path alone.");
        }
        requireFree("camel.server.port", settings.getHost(), settings.getPort());
        VertxPlatformHttpServerConfiguration configuration = new VertxPlatformHttpServerConfiguration();
        configuration.setBindHost(settings.getHost());
        configuration.setBindPort(settings.getPort());
        configuration.setMaxBodySize((long) WebhookServer.LARGEST_BODY);
        configuration.setUseGlobalSslContextParameters(settings.isUseGlobalSslContextParameters());
        configuration.getBodyHandler().setHandleFileUploads(false);
        WebhookServer server = new WebhookServer(
                configuration, context.resolvePropertyPlaceholders("{{reactor.webhook.path}}"), limits);
        server.setCamelContext(context);
        context.getRegistry().bind(PlatformHttpConstants.PLATFORM_HTTP_ENGINE_NAME, new Engine(server));
        return server;
    }

    @Override
    public Service newHttpManagementServer(CamelContext context, HttpManagementServerConfigurationProperties settings) {
        requireFree("camel.management.port", settings.getHost(), settings.getPort());
        return super.newHttpManagementServer(context, settings);
    }

    /** Camel 4.17 logs it if a port cannot be opened, and goes on without the server. */
    private static void requireFree(String key, String host, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
        } catch (IOException e) {
            throw new UncheckedIOException(key + ": " + host + ":" + port + " cannot be opened: " + e.getMessage(), e);
        }
    }

    /** Puts routes on the webhook's server by name, not by guess. */
    private static final class Engine extends VertxPlatformHttpEngine {

        private final WebhookServer server;

        Engine(WebhookServer server) {
            this.server = server;
            setHandlers(List.of(server::limit));
        }

        @Override
        public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
            return new VertxPlatformHttpConsumer(endpoint, processor, getHandlers(), WebhookServer.ROUTER);
        }

        @Override
        public int getServerPort() {
            return server.getPort();
        }
    }
}
