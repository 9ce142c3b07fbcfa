package io.autoscale.reactor.sns;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoscale.reactor.queue.Headers;
import io.autoscale.reactor.queue.Storing;
import java.nio.charset.StandardCharsets;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.LoggingLevel;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.jackson.JacksonDataFormat;

/**
 * The trust boundary: a delivery comes in, and a verified event stands on the durable queue before it is answered with
 * 200. It carries its own error handling, and names a route configuration that does not exist, so that no file in
 * {@code routes/} can change what is let in or what is answered.
 */
public class ReceiveRoute extends RouteBuilder {

    public static final String ID = "receive";

    static final String TELL_REFUSAL = "direct:tell-refusal";
    static final String MESSAGE_ID = "messageId";

    private static final String UTF_8 = StandardCharsets.UTF_8.name();
    private static final String NO_CONFIGURATION = "none-for-receive";

    private final SnsVerifier verifier;
    private final Subscriptions subscriptions;
    private final Refusals refusals;
    private final Storing storing;
    private final ObjectMapper json;

    /** @param json writes events and notices for the queues */
    public ReceiveRoute(
            SnsVerifier verifier, Subscriptions subscriptions, Refusals refusals, Storing storing, ObjectMapper json) {
        this.verifier = verifier;
        this.subscriptions = subscriptions;
        this.refusals = refusals;
        this.storing = storing;
        this.json = json;
    }

    @Override
    public void configure() {
        // spotless:off (the indentation shows the blocks)
        from("platform-http:{{reactor.webhook.path}}?requestTimeout=9000&muteException=true")
                .routeId(ID)
                .routeDescription("Proves a delivery of SNS genuine, stores its event, and only then answers 200")
                .routeConfigurationId(NO_CONFIGURATION)
                .onException(Exception.class)
                    .handled(true)
                    // Refusals says it; Camel would now and then say it once more, as an error.
                    .logRetryAttempted(false)
                    .logExhausted(false)
                    .removeHeaders("*")
                    .bean(storing, "failed")
                    .bean(refusals, "refuse")
                    .setHeader(Exchange.HTTP_RESPONSE_CODE).body(Refusal.class, Refusal::status)
                    .setHeader(Exchange.CONTENT_TYPE, constant(Refusal.CONTENT_TYPE))
                    .filter().body(Refusal.class, refusal -> refusal.notice().isPresent())
                        .wireTap(TELL_REFUSAL).end()
                    .end()
                    .setBody().body(Refusal.class, Refusal::text)
                .end()
                .removeProperty(Exchange.CHARSET_NAME)
                .convertBodyTo(byte[].class)
                .bean(new EnvelopeReader(), "read").id("read-envelope")
                .setProperty(MESSAGE_ID).body(Envelope.class, Envelope::messageId)
                .bean(verifier, "verify").id("verify-envelope")
                .choice()
                    .when(method(subscriptions, "confirms"))
                        .bean(subscriptions, "confirm").id("confirm-subscription")
                    .otherwise()
                        .bean(new EventReader(), "read").id("read-event")
                        .marshal(new JacksonDataFormat(json, Object.class))
                        .convertBodyTo(String.class, UTF_8)
                        .removeHeaders("*")
                        .setHeader(Headers.DUPLICATE_ID, exchangeProperty(MESSAGE_ID))
                        .bean(storing, "begin").id("can-it-be-stored")
                        .to(ExchangePattern.InOnly, "jms:queue:events?transacted=false").id("queue-event")
                        .bean(storing, "succeeded")
                .end()
                .removeHeaders("*")
                .setHeader(Exchange.CONTENT_TYPE, constant(Refusal.CONTENT_TYPE))
                .setBody(constant("Verified and stored.\n"));

        from(TELL_REFUSAL)
                .routeId("tell-refusal")
                .routeDescription("Queues the notice of a refusal; whether that works changes no answer")
                .routeConfigurationId(NO_CONFIGURATION)
                .errorHandler(noErrorHandler())
                .doTry()
                    .removeHeaders("*")
                    .setBody().body(Refusal.class, refusal -> refusal.notice().orElseThrow())
                    .marshal(new JacksonDataFormat(json, Object.class))
                    .convertBodyTo(String.class, UTF_8)
                    .to(ExchangePattern.InOnly, "jms:queue:notices?transacted=false").id("queue-refusal-notice")
                .doCatch(Exception.class)
                    .log(LoggingLevel.WARN, ID, "Could not queue the notice of a refusal: ${exception.message}")
                .end();
        // spotless:on
    }
}
