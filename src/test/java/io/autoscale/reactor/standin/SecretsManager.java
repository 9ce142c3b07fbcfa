package io.autoscale.reactor.standin;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * AWS Secrets Manager, as far as reading a secret goes; signatures are not looked at.
 *
 * @see <a href="https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html">GetSecretValue</a>
 */
public final class SecretsManager extends HttpStandIn {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TYPE = "application/x-amz-json-1.1";

    private final Map<String, String> secrets = new ConcurrentHashMap<>();

    public SecretsManager() {
        super("stand-in-secrets-manager");
    }

    public void put(String name, String value) {
        secrets.put(name, value);
    }

    @Override
    Answer answer(Request request) {
        try {
            String name = JSON.readTree(request.body()).path("SecretId").asText();
            String value = secrets.get(name);
            return value == null
                    ? answer(
                            400,
                            Map.of(
                                    "__type",
                                    "ResourceNotFoundException",
                                    "Message",
                                    "Secrets Manager can't find the specified secret."))
                    : answer(
                            200,
                            Map.of(
                                    "ARN",
                                    "arn:aws:secretsmanager:us-east-1:123456789012:secret:" + name + "-a1b2c3",
                                    "Name",
                                    name,
                                    "SecretString",
                                    value));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Answer answer(int status, Map<String, String> fields) throws IOException {
        return new Answer(status, TYPE, JSON.writeValueAsString(fields));
    }
}
