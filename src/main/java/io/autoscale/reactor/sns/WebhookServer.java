package io.autoscale.reactor.sns;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.apache.camel.component.vertx.common.VertxHelper;
import org.apache.camel.support.CamelContextHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Camel's HTTP server with a door before the webhook: what cannot be a delivery of SNS is turned away by its first lines,
 * before its body is read, and while the route {@value ReceiveRoute#ID} does not run the answer is 503. Without the door
 * that would be 404, which SNS takes as final.
 */
class WebhookServer extends VertxPlatformHttpServer {

    /** 256 KiB of message, and what JSON escapes add. */
    static final int LARGEST_BODY = 512 * 1024;

    /** Under this name the webhook's router is found, whatever the port and whatever other servers there are. */
    static final String ROUTER = VertxPlatformHttpRouter.PLATFORM_HTTP_ROUTER_NAME + "-webhook";

    private static final Set<String> CONTENT_TYPES = Set.of("text/plain", "application/json");

    /** How long the rest of a refused request is read and thrown away, so that its sender sees the answer. */
    private static final long LINGER_MILLIS = 2000;

    /** Before the door. */
    private static final int FIRST = -2;

    /** For opening and closing the port. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Set<String> TLS = Set.of("TLSv1.3", "TLSv1.2");

    /** How often it is looked whether the certificate was renewed. */
    private static final Duration CERTIFICATE_LOOK = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger("receive");

    private final VertxPlatformHttpServerConfiguration configuration;
    private final String path;
    private final Connections.Limits limits;
    private final AtomicInteger underway = new AtomicInteger();

    private ProducerTemplate notices;
    private HttpServer server;
    private Vertx own;

    WebhookServer(VertxPlatformHttpServerConfiguration configuration, String path, Connections.Limits limits) {
        super(configuration);
        this.limits = limits;
        this.configuration = configuration;
        this.path = path;
    }

    @Override
    protected void doStart() throws Exception {
        notices = getCamelContext().createProducerTemplate();
        super.doStart();
    }

    @Override
    protected void doStop() throws Exception {
        super.doStop();
        notices.stop();
    }

    /**
     * Listens, as Camel's server does, but speaks HTTP/1.1 alone, bounds what a connection may take, and knows the webhook's
     * own certificate. Camel 4.17 leaves no other place to say so.
     */
    @Override
    protected void startServer() throws Exception {
        HttpServerOptions options = new HttpServerOptions().setHttp2ClearTextEnabled(false);
        Optional<WebhookCertificate> certificate =
                Optional.ofNullable(CamelContextHelper.findSingleByType(getCamelContext(), WebhookCertificate.class));
        if (certificate.isPresent()) {
            secured(options, certificate.get());
        } else if (configuration.isUseGlobalSslContextParameters()) {
            VertxHelper.setupSSLOptions(getCamelContext(), getCamelContext().getSSLContextParameters(), options);
        }
        Connections connections = new Connections(getVertx(), limits);
        router().route().order(FIRST).handler(request -> {
            connections.requested(request.request().connection());
            request.addEndHandler(end -> connections.answered(request.request().connection()));
            request.next();
        });
        server = get(getVertx()
                .createHttpServer(options)
                .connectionHandler(opened -> {
                    HttpServerConnection connection = (HttpServerConnection) opened;
                    // Vert.x would look for websockets first, and answer a version that it does not know with 501.
                    connection.handler(this::begin);
                    connections.opened(connection);
                })
                .requestHandler(this::begin)
                .listen(configuration.getBindPort(), configuration.getBindHost()));
        certificate.ifPresent(known -> new Renewal(known, options, server).lookEach(getVertx(), CERTIFICATE_LOOK));
    }

    private void begin(HttpServerRequest request) {
        if (request.version() != null && canBeAskedForItsHost(request)) {
            router().handle(request);
        } else {
            request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            send(request, isReady() ? malformed() : notReady())
                    .onComplete(sent -> request.connection().close());
        }
    }

    /** Vert.x 4.5.27 stumbles over one such as {@code %}, where nobody would answer any more. */
    private static boolean canBeAskedForItsHost(HttpServerRequest request) {
        try {
            request.authority();
            return true;
        } catch (IndexOutOfBoundsException e) {
            return false;
        }
    }

    static HttpServerOptions secured(HttpServerOptions options, WebhookCertificate certificate) {
        return options.setSsl(true).setEnabledSecureTransportProtocols(TLS).setKeyCertOptions(certificate.read());
    }

    @Override
    protected void stopServer() {
        if (server != null) {
            close(server::close, "The webhook's port was not closed in order.");
        }
    }

    private static void close(Supplier<Future<Void>> closing, String problem) {
        try {
            get(closing.get());
        } catch (Exception e) {
            LOG.debug(problem, e);
        }
    }

    @Override
    public HttpServer getServer() {
        return server;
    }

    @Override
    public int getPort() {
        return server == null ? configuration.getBindPort() : server.actualPort();
    }

    /** The failure itself, not what wraps it: a port that is taken is told by it. */
    private static <T> T get(Future<T> future) throws Exception {
        try {
            return future.toCompletionStage().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    @Override
    protected Vertx createVertxInstance() {
        own = super.createVertxInstance();
        return own;
    }

    /** Camel would do it with threads that only its own way to start makes. */
    @Override
    protected void stopVertx() {
        if (own != null) {
            close(own::close, "Vert.x was not closed in order.");
        }
    }

    /** The door is there before the port listens. */
    @Override
    protected void initializeServer() {
        super.initializeServer();
        VertxPlatformHttpRouter router = router();
        getCamelContext().getRegistry().bind(ROUTER, router);
        installDoor(router);
    }

    private VertxPlatformHttpRouter router() {
        return VertxPlatformHttpRouter.lookup(
                getCamelContext(), VertxPlatformHttpRouter.getRouterNameFromPort(configuration.getBindPort()));
    }

    private void installDoor(Router router) {
        router.route(path).order(-1).handler(this::checkFirstLines).failureHandler(this::failed);
        router.route(path).order(Integer.MAX_VALUE).handler(request -> answer(request, notReady()));
    }

    private void checkFirstLines(RoutingContext request) {
        if (!isReady()) {
            answer(request, notReady());
        } else if (!HttpMethod.POST.equals(request.request().method())) {
            request.response().putHeader(HttpHeaders.ALLOW, "POST");
            answer(request, refusals().turnAway(405, "it is not a POST"));
        } else if (!isText(request.request())) {
            answer(request, refusals().turnAway(415, "its content type is neither text/plain nor application/json"));
        } else if (request.request().headers().contains(HttpHeaders.CONTENT_ENCODING)) {
            answer(request, refusals().turnAway(415, "it has a content encoding"));
        } else if (announcedLength(request.request()) > LARGEST_BODY) {
            tooLarge(request);
        } else {
            request.next();
        }
    }

    /** Between the body and the route: who is slow to send takes no one's place. */
    void limit(RoutingContext request) {
        int others = underway.getAndIncrement();
        request.addEndHandler(end -> underway.decrementAndGet());
        if (others < limits.atOnce()) {
            request.next();
        } else {
            answer(request, refusals().turnAway(429, "too many are being handled"));
        }
    }

    /** What fails on the way through Camel's own handlers: a body too large, a time-out, or a fault of ours. */
    private void failed(RoutingContext request) {
        if (request.response().ended() || request.response().closed()) {
            return;
        }
        switch (request.statusCode()) {
            case 413 -> tooLarge(request);
            case 503 -> answer(request, refusals().turnAway(503, "it was not here, or not handled, in time"));
            default -> {
                if (isOfTheSender(request.statusCode(), request.failure())) {
                    answer(request, malformed());
                } else {
                    answer(request, refusals().turnAway(503, "it could not be handled"));
                }
            }
        }
    }

    /** Netty says by a mere NumberFormatException that the size of a chunk is none. */
    private static boolean isOfTheSender(int status, Throwable failure) {
        return status >= 400 && status < 500 || failure instanceof NumberFormatException;
    }

    /** Without a Host, with a query that cannot be decoded, or cut into chunks that are none. */
    private Refusal malformed() {
        return refusals().turnAway(400, "it is not well-formed HTTP");
    }

    private void tooLarge(RoutingContext request) {
        answer(request, refusals().turnAway(413, "its body is larger than " + LARGEST_BODY + " bytes"));
    }

    private Refusal notReady() {
        Refusals refusals = CamelContextHelper.findSingleByType(getCamelContext(), Refusals.class);
        return refusals == null ? Refusal.NOT_READY : refusals.notReady();
    }

    private void answer(RoutingContext request, Refusal refusal) {
        if (request.response().ended()) {
            return;
        }
        send(request.request(), refusal);
        if (!request.request().isEnded()) {
            request.request().resume();
            request.vertx().setTimer(LINGER_MILLIS, timer -> closeUnlessRead(request.request()));
        }
    }

    private Future<Void> send(HttpServerRequest request, Refusal refusal) {
        if (refusal.notice().isPresent()) {
            notices.asyncSendBody(ReceiveRoute.TELL_REFUSAL, refusal);
        }
        return request.response()
                .setStatusCode(refusal.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, Refusal.CONTENT_TYPE)
                .end(refusal.text());
    }

    private static void closeUnlessRead(HttpServerRequest request) {
        if (!request.isEnded()) {
            request.connection().close();
        }
    }

    private boolean isReady() {
        CamelContext context = getCamelContext();
        return context.isStarted()
                && context.getRouteController().getRouteStatus(ReceiveRoute.ID) != null
                && context.getRouteController().getRouteStatus(ReceiveRoute.ID).isStarted();
    }

    private Refusals refusals() {
        return CamelContextHelper.mandatoryFindSingleByType(getCamelContext(), Refusals.class);
    }

    private static boolean isText(HttpServerRequest request) {
        List<String> types = request.headers().getAll(HttpHeaders.CONTENT_TYPE);
        return types.size() == 1
                && CONTENT_TYPES.contains(types.get(0).split(";", 2)[0].strip().toLowerCase(Locale.ROOT));
    }

    private static long announcedLength(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return length == null ? 0 : Long.parseLong(length);
    }
}
