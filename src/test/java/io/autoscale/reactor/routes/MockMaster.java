package io.autoscale.reactor.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Answers in the place of salt-api: a Salt master with keys in sections, whose answers a test may replace. */
final class MockMaster implements Processor {

    private record Reply(int status, String body) {}

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, Map<String, String>> sections = new HashMap<>();
    private final Map<String, Deque<Reply>> replies = new HashMap<>();
    private final List<JsonNode> calls = new ArrayList<>();
    private final List<String> tokens = new ArrayList<>();
    private final List<String> accepted = new ArrayList<>();
    private Runnable onCall = () -> {};
    private Runnable onDeletion = () -> {};
    private boolean minionAnswers = true;
    private int logins;

    /** The master has this key in this section. */
    void key(String section, String id, String pem) {
        sections.computeIfAbsent(section, s -> new LinkedHashMap<>()).put(id, pem);
    }

    Optional<String> key(String section, String id) {
        return Optional.ofNullable(sections.getOrDefault(section, Map.of()).get(id));
    }

    /** Every key that was accepted by a call, in order. */
    List<String> accepted() {
        return accepted;
    }

    /** Runs after each deletion. */
    void onDeletion(Runnable action) {
        onDeletion = action;
    }

    boolean has(String section, String id) {
        return sections.getOrDefault(section, Map.of()).containsKey(id);
    }

    /** Calls of this function are answered thus, once for each reply; then as a master does. */
    void reply(String function, int status, String body) {
        replies.computeIfAbsent(function, f -> new ArrayDeque<>()).add(new Reply(status, body));
    }

    void minionAnswers(boolean answers) {
        minionAnswers = answers;
    }

    /** Runs at each call. */
    void onCall(Runnable action) {
        onCall = action;
    }

    int logins() {
        return logins;
    }

    /** The X-Auth-Token of each call. */
    List<String> tokens() {
        return tokens;
    }

    /** What was called of this function, in order. */
    List<JsonNode> calls(String function) {
        return calls.stream()
                .filter(call -> call.path("fun").asText().equals(function))
                .toList();
    }

    /** The functions that were called, in order. */
    List<String> functions() {
        return calls.stream().map(call -> call.path("fun").asText()).toList();
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        JsonNode body = JSON.readTree(exchange.getMessage().getBody(String.class));
        boolean login = "/login".equals(exchange.getMessage().getHeader(Exchange.HTTP_PATH));
        String function = login ? "login" : body.path("fun").asText();
        if (login) {
            logins++;
        } else {
            calls.add(body);
            tokens.add(exchange.getMessage().getHeader("X-Auth-Token", String.class));
        }
        onCall.run();
        Deque<Reply> prepared = replies.getOrDefault(function, new ArrayDeque<>());
        Reply reply = prepared.isEmpty() ? new Reply(200, answer(function, body)) : prepared.remove();
        exchange.getMessage().setBody(reply.body());
        exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, reply.status());
    }

    private String answer(String function, JsonNode call) throws Exception {
        return switch (function) {
            case "login" -> "{\"return\":[{\"token\":\"token-" + logins + "\",\"expire\":4102444800.5}]}";
            case "test.ping" ->
                JSON.writeValueAsString(
                        Map.of("return", List.of(Map.of(call.path("tgt").path(0).asText(), minionAnswers))));
            case "key.print" -> wheel(print(call.path("match").asText()));
            case "key.accept_dict" -> wheel(accept(call.path("match")));
            case "key.delete_dict" -> wheel(delete(call.path("match")));
            default -> throw new AssertionError("No test expects a call of " + function);
        };
    }

    private Map<String, Object> print(String id) {
        Map<String, Object> found = new LinkedHashMap<>();
        sections.forEach((section, keys) -> {
            if (keys.containsKey(id)) {
                found.put(section, Map.of(id, keys.get(id)));
            }
        });
        return found;
    }

    private Map<String, Object> accept(JsonNode match) {
        match.path("minions_pre").forEach(id -> {
            String pem = sections.getOrDefault("minions_pre", Map.of()).get(id.asText());
            if (pem != null) {
                sections.get("minions_pre").remove(id.asText());
                key("minions", id.asText(), pem);
                accepted.add(pem);
            }
        });
        return Map.of();
    }

    private Map<String, Object> delete(JsonNode match) {
        match.properties().forEach(section -> section.getValue().forEach(id -> {
            sections.getOrDefault(section.getKey(), new HashMap<>()).remove(id.asText());
        }));
        onDeletion.run();
        return Map.of();
    }

    private static String wheel(Map<String, Object> result) throws Exception {
        return JSON.writeValueAsString(
                Map.of("return", List.of(Map.of("data", Map.of("success", true, "return", result)))));
    }
}
