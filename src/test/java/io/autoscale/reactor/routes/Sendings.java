package io.autoscale.reactor.routes;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.spi.CamelEvent.ExchangeSendingEvent;
import org.apache.camel.support.EventNotifierSupport;

/** Notes what is sent to queues, in its order and with its delay, which the mock of a queue does not see. */
final class Sendings extends EventNotifierSupport {

    private static final Pattern DELAY = Pattern.compile("deliveryDelay=(\\d+)");

    /** A message on its way to a queue. */
    record Sent(String queue, String body, Map<String, Object> headers, Optional<Long> delay) {}

    private final List<Sent> sent = new CopyOnWriteArrayList<>();

    @Override
    public void notify(CamelEvent event) {
        if (event instanceof ExchangeSendingEvent sending
                && sending.getEndpoint().getEndpointUri().startsWith("jms:")) {
            note(sending.getEndpoint().getEndpointUri(), sending.getExchange());
        }
    }

    private void note(String uri, Exchange exchange) {
        Matcher delay = DELAY.matcher(uri);
        sent.add(new Sent(
                queue(uri, exchange),
                exchange.getMessage().getBody(String.class),
                new TreeMap<>(exchange.getMessage().getHeaders()),
                delay.find() ? Optional.of(Long.valueOf(delay.group(1))) : Optional.empty()));
    }

    /** To camel-jms, toD is one endpoint for all queues, named by the expression. */
    private static String queue(String uri, Exchange exchange) {
        String name = uri.replaceFirst("\\?.*", "").replaceFirst("^jms:(//)?(queue:)?", "");
        return exchange.getContext()
                .resolveLanguage("simple")
                .createExpression(URLDecoder.decode(name, StandardCharsets.UTF_8))
                .evaluate(exchange, String.class);
    }

    List<Sent> sent() {
        return List.copyOf(sent);
    }

    void clear() {
        sent.clear();
    }
}
