package io.autoscale.reactor.salt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoscale.reactor.failure.Cause;
import io.autoscale.reactor.failure.Failed;
import io.autoscale.reactor.failure.Outage;
import io.autoscale.reactor.failure.Outages;
import io.autoscale.reactor.tls.CertificateProblem;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.apache.camel.Variable;

/**
 * Reads what salt-api answers, and explains what goes wrong on the way.
 *
 * @see <a href="https://docs.saltproject.io/en/latest/ref/netapi/all/salt.netapi.rest_cherrypy.html">rest_cherrypy</a>
 */
public final class SaltApi {

    /** Whose outage it is. */
    static final String SYSTEM = "salt-api";

    private static final Pattern LINE_END = Pattern.compile("\\R");
    private static final Pattern PARAGRAPH = Pattern.compile("<p>([^<]{1,300})</p>");

    private final SaltSettings settings;
    private final ObjectMapper json;
    private final Outages outages;

    public SaltApi(SaltSettings settings, ObjectMapper json, Outages outages) {
        this.settings = settings;
        this.json = json;
        this.outages = outages;
    }

    /**
     * What the called function returned: sections with their keys for a wheel function, an answer per minion for a call to
     * minions.
     *
     * @throws Outage if the same call may succeed later
     * @throws NotPermitted if this user may not call the function
     * @throws Failed if salt-api or the function refused it. An error within a wheel function comes with status 200 and
     *     {@code success: false}
     */
    public Map<String, Object> answer(
            @Body String answer,
            @Header(Exchange.HTTP_RESPONSE_CODE) int status,
            @Variable("call") Map<String, Object> call)
            throws Failed, Outage {
        String function = String.valueOf(call.get("fun"));
        if (status == 401) {
            throw new NotPermitted(denied(function, "local".equals(call.get("client"))));
        }
        if (status >= 500 || status == 429) {
            throw new Outage(
                    SYSTEM, "salt-api cannot do " + function + " now: it answers " + status + reason(answer) + ".");
        }
        outages.answered(SYSTEM);
        if (status != 200) {
            throw new Failed("salt-api refuses " + function + ": it answers " + status + reason(answer) + ".");
        }
        JsonNode result = parse(answer, function);
        JsonNode data = result.path("data");
        if (data.isMissingNode()) {
            return toMap(result);
        }
        if (!data.path("success").asBoolean()) {
            throw new Failed("Salt's " + function + " failed: "
                    + lastLine(data.path("return").asText()));
        }
        return toMap(data.path("return"));
    }

    /** Throws what an exception on the way to salt-api means. */
    public void explain(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception caught) throws Exception {
        Exception failure = Cause.of(caught);
        Optional<String> certificate = CertificateProblem.of(failure);
        if (certificate.isPresent()) {
            throw new Outage(
                    SYSTEM,
                    "salt-api at " + settings.url() + " is not trusted, and was sent nothing: " + certificate.get()
                            + ". Check reactor.salt.url and reactor.salt.ca.",
                    failure);
        }
        if (failure instanceof IOException) {
            throw new Outage(
                    SYSTEM, "salt-api at " + settings.url() + " does not answer: " + failure.getMessage(), failure);
        }
        throw failure;
    }

    private String denied(String function, boolean local) {
        String grant = local ? "'" + function + "'" : "'@wheel': ['" + function.replace(".", "\\.") + "$']";
        return "salt-api does not permit " + function + " to " + settings.username() + ". Add " + grant
                + " to this user in the master's external_auth.";
    }

    private JsonNode parse(String answer, String function) throws Failed {
        try {
            JsonNode result = json.readTree(answer).path("return").path(0);
            if (result.isObject()) {
                return result;
            }
        } catch (JsonProcessingException e) {
            // the same message as for JSON of another shape
        }
        throw new Failed(
                "salt-api at " + settings.url() + " answers " + function + " with something that is not Salt's.");
    }

    private Map<String, Object> toMap(JsonNode node) {
        return node.isObject() ? json.convertValue(node, new TypeReference<>() {}) : Map.of();
    }

    private static String reason(String html) {
        Matcher paragraph = PARAGRAPH.matcher(html == null ? "" : html);
        return paragraph.find() ? " (" + paragraph.group(1) + ")" : "";
    }

    /** Empty text if there is nothing but line ends, some of which {@code strip} leaves. */
    private static String lastLine(String text) {
        String last = LINE_END.splitAsStream(text.strip())
                .filter(line -> !line.isBlank())
                .reduce("", (before, line) -> line);
        return last.length() > 300 ? last.substring(0, 300) : last;
    }
}
