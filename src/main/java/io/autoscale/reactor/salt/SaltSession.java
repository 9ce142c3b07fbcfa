package io.autoscale.reactor.salt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoscale.reactor.failure.Failed;
import io.autoscale.reactor.failure.Outage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Header;

/** Keeps the token that salt-api gave at login, in memory only, until it expires or is refused. */
public final class SaltSession {

    /** A token about to expire is not used any more. */
    private static final Duration MARGIN = Duration.ofMinutes(1);

    private record Token(String value, Instant expires) {

        @Override
        public String toString() {
            return "until " + expires;
        }
    }

    private static final Token NONE = new Token("", Instant.MIN);

    private final SaltSettings settings;
    private final ObjectMapper json;
    private final Clock clock;
    private final AtomicReference<Token> token = new AtomicReference<>(NONE);

    public SaltSession(SaltSettings settings, ObjectMapper json, Clock clock) {
        this.settings = settings;
        this.json = json;
        this.clock = clock;
    }

    public boolean isOpen() {
        return clock.instant().isBefore(token.get().expires);
    }

    /** The token of the open session; empty text if none is open. */
    public String token() {
        return token.get().value;
    }

    /** Forgets the session, so that the next call logs in again. */
    public void close() {
        token.set(NONE);
    }

    /** The body of a login. */
    public Map<String, String> credentials() {
        return Map.of("username", settings.username(), "password", settings.password(), "eauth", settings.eauth());
    }

    /**
     * Reads the answer to a login.
     *
     * @throws Failed if salt-api does not accept the credentials
     * @throws Outage if it cannot tell now
     */
    public void begin(@Body String answer, @Header(Exchange.HTTP_RESPONSE_CODE) int status) throws Failed, Outage {
        if (status == 401) {
            throw new Failed(
                    "salt-api refuses the login of " + settings.username() + " with eauth " + settings.eauth()
                            + ". Check reactor.salt.username, reactor.salt.password, reactor.salt.eauth and the master's external_auth.");
        }
        if (status >= 500 || status == 429) {
            throw new Outage(SaltApi.SYSTEM, "salt-api cannot log in now: it answers " + status + ".");
        }
        try {
            JsonNode login = json.readTree(answer).path("return").path(0);
            if (status != 200 || !login.path("token").isTextual()) {
                throw new Failed("salt-api at " + settings.url() + " answers a login with " + status
                        + " and no token. Check reactor.salt.url.");
            }
            Instant expires =
                    Instant.ofEpochSecond(login.path("expire").asLong()).minus(MARGIN);
            token.set(new Token(login.path("token").textValue(), expires));
        } catch (JsonProcessingException e) {
            throw new Failed("salt-api at " + settings.url() + " answers a login with something that is not JSON."
                    + " Check reactor.salt.url.");
        }
    }
}
