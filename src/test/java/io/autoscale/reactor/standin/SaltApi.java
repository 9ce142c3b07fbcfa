package io.autoscale.reactor.standin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * A Salt master with its salt-api (rest_cherrypy): logins, tokens, permissions, key functions and {@code test.ping},
 * with the minions that ask it to be let in. Status codes, bodies and oddities are those of Salt 3006; {@code
 * SaltApiTest} holds them against recorded exchanges.
 */
public class SaltApi extends HttpStandIn implements InstanceHost.Minions {

    /** The user that exists from the start, with every permission that the reactor needs. */
    public static final String USER = "reactor";

    public static final String PASSWORD = "fake-password";
    public static final String EAUTH = "file";

    private static final Duration TOKEN_LIFE = Duration.ofHours(12);
    private static final String JSON = "application/json";
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final Set<String> OTHER_CLIENTS =
            Set.of("local_async", "local_batch", "local_subset", "runner", "runner_async", "ssh", "wheel_async");
    private static final Set<String> CHUNK_FIELDS =
            Set.of("client", "fun", "token", "user", "username", "password", "eauth", "arg", "kwarg");

    private final ObjectMapper mapper = new ObjectMapper();
    private final SaltKeys keys = new SaltKeys();
    private final Map<String, User> users = new ConcurrentHashMap<>();
    private final Map<String, Session> sessions = new ConcurrentHashMap<>();
    private final Set<String> deniedFunctions = ConcurrentHashMap.newKeySet();
    private final Set<String> broken = ConcurrentHashMap.newKeySet();
    private final Map<String, Integer> failing = new ConcurrentHashMap<>();
    private final Set<String> connected = ConcurrentHashMap.newKeySet();
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private final AtomicInteger logins = new AtomicInteger();
    private final ScheduledExecutorService minionClock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "stand-in-minions");
        thread.setDaemon(true);
        return thread;
    });
    private final Map<String, ScheduledFuture<?>> minions = new HashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Duration pingWait = Duration.ofMillis(500);
    private volatile Duration acceptanceWait = Duration.ofMillis(100);

    public SaltApi() {
        super("stand-in-salt-api");
        user(USER, PASSWORD, "[\"@runner\", \"@wheel\", \"test.*\"]");
    }

    // ---- the master, as a test sees it -------------------------------------------------------------------------

    /** Adds or replaces a user; permissions are JSON as under external_auth, such as {@code [{"@wheel": ["key.*"]}]}. */
    public void user(String name, String password, String permissions) {
        users.put(name, new User(name, password, read(permissions)));
    }

    /** A minion asks once to be let in; the answer is the section where its key stands then, such as minions_pre. */
    public String register(String id, String publicKey) {
        return keys.ask(id, publicKey);
    }

    /** Puts a key into a section by hand, as {@code salt-key} would. */
    public void put(String section, String id, String publicKey) {
        keys.put(section, id, publicKey);
    }

    /** Whether the minion answers {@code test.ping} (once its key is accepted). */
    public void connected(String id, boolean isConnected) {
        if (isConnected) {
            connected.add(id);
        } else {
            connected.remove(id);
        }
    }

    /** The public keys of one section (minions, minions_pre, minions_rejected, minions_denied) by minion id. */
    public Map<String, String> section(String name) {
        return keys.section(name);
    }

    /** The public keys under one id by section; empty if the master has none. */
    public Map<String, String> keys(String id) {
        return keys.of(id);
    }

    /** Every function that was run, also those that failed on the master, in order. */
    public List<Call> calls() {
        return List.copyOf(calls);
    }

    public List<Call> calls(String function) {
        return calls.stream().filter(call -> call.function().equals(function)).toList();
    }

    /** Every deletion that was run, by name or by glob. */
    public List<Call> deleteCalls() {
        return calls.stream()
                .filter(call -> call.function().startsWith("key.delete"))
                .toList();
    }

    /** Every key that was accepted by a call, in order. */
    public List<Acceptance> acceptances() {
        return keys.acceptances();
    }

    /** How many logins succeeded. */
    public int logins() {
        return logins.get();
    }

    /** How long {@code test.ping} blocks for a minion that is not connected; 12 s on a real master. */
    public void pingWait(Duration duration) {
        pingWait = duration;
    }

    // ---- minions -----------------------------------------------------------------------------------------------

    /** How often a minion asks; the minion's {@code acceptance_wait_time}. Holds for minions started later. */
    public void acceptanceWait(Duration duration) {
        acceptanceWait = duration;
    }

    /**
     * Starts a minion: it asks at once, then again and again, also when it is denied ({@code rejected_retry: true}). It
     * is connected while its key is the accepted one; when that is deleted it asks again. Starting it twice is starting
     * it once.
     */
    @Override
    public void minion(String id, String publicKey) {
        synchronized (minions) {
            if (!minions.containsKey(id)) {
                keys.ask(id, publicKey);
                long wait = acceptanceWait.toMillis();
                minions.put(
                        id,
                        minionClock.scheduleWithFixedDelay(
                                () -> askAgain(id, publicKey), wait, wait, TimeUnit.MILLISECONDS));
            }
        }
    }

    private void askAgain(String id, String publicKey) {
        synchronized (minions) {
            if (minions.containsKey(id)) {
                connected(id, keys.ask(id, publicKey).equals(SaltKeys.ACCEPTED));
            }
        }
    }

    /** Stops a minion: it asks no more and answers no more. */
    @Override
    public void stopMinion(String id) {
        synchronized (minions) {
            ScheduledFuture<?> minion = minions.remove(id);
            if (minion != null) {
                minion.cancel(false);
                connected(id, false);
            }
        }
    }

    public boolean minionRuns(String id) {
        synchronized (minions) {
            return minions.containsKey(id);
        }
    }

    // ---- faults (more in HttpStandIn) --------------------------------------------------------------------------

    /** Every token that was given out and is known. */
    public Set<String> tokens() {
        return Set.copyOf(sessions.keySet());
    }

    /** salt-api restarts: no token that it gave out is known any more. */
    public void restart() {
        sessions.clear();
    }

    /** Every token that was given out expires; its session stays known. */
    public void expireTokens() {
        sessions.replaceAll((token, session) -> new Session(session.user(), true));
    }

    /** Takes the permission for one function, such as {@code key.accept_dict}, from everybody. */
    public void deny(String function) {
        deniedFunctions.add(function);
    }

    public void permit(String function) {
        deniedFunctions.remove(function);
    }

    /** Until healed this function fails on the master, which salt-api answers with HTTP 200 and success false. */
    public void breakDown(String function) {
        broken.add(function);
    }

    /** Until healed this function gets this status, and every other one is run. */
    public void failOnly(String function, int status) {
        failing.put(function, status);
    }

    @Override
    public void heal() {
        broken.clear();
        failing.clear();
        super.heal();
    }

    @Override
    public void close() {
        closed.countDown();
        minionClock.shutdownNow();
        super.close();
    }

    // ---- HTTP --------------------------------------------------------------------------------------------------

    @Override
    Answer answer(Request request) throws InterruptedException {
        try {
            return switch (request.path()) {
                case "/login" -> login(request);
                case "/logout" -> logout(request);
                case "/" -> run(request);
                default -> throw new Refused(404, "The path '" + request.path() + "' was not found.");
            };
        } catch (Refused refused) {
            return refused.answer();
        }
    }

    private Answer login(Request request) throws Refused {
        if (request.method().equals("GET")) {
            return json(
                    200, "{\"status\": null, \"return\": \"Please log in\"}", Map.of("WWW-Authenticate", "Session"));
        }
        onlyPost(request);
        if (request.body().isEmpty()) {
            return json(500, "{\"status\": 500, \"return\": \"An unexpected error occurred\"}", Map.of());
        }
        JsonNode credentials = lowstate(request);
        User user = users.get(credentials.path("username").asText());
        if (user == null
                || !user.password().equals(credentials.path("password").asText())
                || !EAUTH.equals(credentials.path("eauth").asText())) {
            throw new Refused(401, "Could not authenticate using provided credentials");
        }
        logins.incrementAndGet();
        String token = token();
        sessions.put(token, new Session(user.name(), false));
        double start = System.currentTimeMillis() / 1000.0;
        ObjectNode session = mapper.createObjectNode();
        session.put("token", token);
        session.put("expire", start + TOKEN_LIFE.toSeconds());
        session.put("start", start);
        session.put("user", user.name());
        session.put("eauth", EAUTH);
        session.set("perms", user.permissions());
        return returned(mapper.createArrayNode().add(session), Map.of("X-Auth-Token", token));
    }

    private Answer logout(Request request) throws Refused {
        onlyPost(request);
        session(request);
        sessions.remove(token(request));
        return json(200, "{\"return\": \"Your token has been cleared\"}", Map.of());
    }

    private Answer run(Request request) throws Refused, InterruptedException {
        onlyPost(request);
        JsonNode lowstate = lowstate(request);
        Session session = session(request);
        ArrayNode results = mapper.createArrayNode();
        if (lowstate.isObject()) {
            results.add(run(lowstate, session));
        } else {
            for (JsonNode chunk : lowstate) {
                results.add(run(chunk, session));
            }
        }
        return returned(results, Map.of());
    }

    private JsonNode run(JsonNode chunk, Session session) throws Refused, InterruptedException {
        String client = chunk.path("client").asText("None");
        if (OTHER_CLIENTS.contains(client)) {
            throw new Refused(
                    400,
                    "Client disabled: '" + client
                            + "'. Add to 'netapi_enable_clients' master config option to enable.");
        }
        if (!client.equals("wheel") && !client.equals("local")) {
            throw new Refused(400, "Invalid client specified: '" + client + "'");
        }
        if (!chunk.has("fun")) {
            throw new Refused(400, client + " takes at least 1 argument (0 given)");
        }
        String function = chunk.path("fun").asText();
        if (failing.containsKey(function)) {
            throw new Refused(failing.get(function), "The master does not answer");
        }
        if (!function.contains(".")) {
            throw new Refused(400, "A command invocation error occurred: Check syntax.");
        }
        if (session.expired()) {
            throw new Refused(401, "Authentication failure of type \"token\" occurred.");
        }
        boolean local = client.equals("local");
        User user = users.get(session.user());
        if (deniedFunctions.contains(function) || !(local ? user.mayOnMinions(function) : user.mayOnMaster(function))) {
            // What the local client says comes from Salt's source; the rest is recorded.
            throw new Refused(
                    401,
                    local
                            ? "Authorization error occurred."
                            : "Authentication failure of type \"token\" occurred for user " + session.user() + ".");
        }
        return local ? local(function, chunk) : wheel(function, chunk, session);
    }

    // ---- functions on the minions ------------------------------------------------------------------------------

    private JsonNode local(String function, JsonNode chunk) throws InterruptedException {
        List<String> targets = targets(chunk);
        calls.add(new Call(function, targets, Instant.now()));
        ObjectNode answers = mapper.createObjectNode();
        Set<String> listening = Set.copyOf(connected);
        if (!listening.containsAll(targets)) {
            // A minion that comes meanwhile has missed the question.
            closed.await(pingWait.toMillis(), TimeUnit.MILLISECONDS);
        }
        for (String id : targets) {
            if (!listening.contains(id)) {
                answers.put(id, false);
            } else if (function.equals("test.ping")) {
                answers.put(id, true);
            } else {
                answers.put(id, "'" + function + "' is not available.");
            }
        }
        return answers;
    }

    /** Accepted ids that the target names: a list of ids, or one glob. */
    private List<String> targets(JsonNode chunk) {
        JsonNode target = chunk.path("tgt");
        if (!target.isArray()) {
            return keys.match(target.asText()).getOrDefault(SaltKeys.ACCEPTED, List.of());
        }
        return strings(target).stream().filter(keys::isAccepted).toList();
    }

    // ---- functions on the master -------------------------------------------------------------------------------

    private JsonNode wheel(String function, JsonNode chunk, Session session) {
        ObjectNode data = mapper.createObjectNode();
        LocalDateTime now = LocalDateTime.now(ZoneOffset.UTC);
        String jid = DateTimeFormatter.ofPattern("yyyyMMddHHmmssSSSSSS").format(now);
        data.put("fun", "wheel." + function);
        data.put("jid", jid);
        data.put("tag", "salt/wheel/" + jid);
        data.put("user", session.user());
        data.put(
                "_stamp",
                DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS").format(now));
        try {
            data.set("return", mapper.valueToTree(key(function, chunk)));
            data.put("success", true);
        } catch (WheelException | FileNotFoundException e) {
            String type = e instanceof WheelException wheel ? wheel.type() : "FileNotFoundError";
            data.put(
                    "return",
                    "Exception occurred in wheel " + function
                            + ": Traceback (most recent call last):\n  [frames removed]\n" + type + ": "
                            + e.getMessage() + "\n");
            data.put("success", false);
        }
        ObjectNode result = mapper.createObjectNode();
        result.put("tag", "salt/wheel/" + jid);
        result.set("data", data);
        return result;
    }

    private Object key(String function, JsonNode chunk) throws WheelException, FileNotFoundException {
        JsonNode match = chunk.path("match");
        switch (function) {
            case "key.list_all" -> checkArguments(function, chunk, Set.of());
            case "key.finger" -> checkArguments(function, chunk, Set.of("match", "hash_type"));
            case "key.print", "key.delete", "key.delete_dict" -> checkArguments(function, chunk, Set.of("match"));
            case "key.accept", "key.accept_dict" ->
                checkArguments(function, chunk, Set.of("match", "include_rejected", "include_denied"));
            default ->
                throw new WheelException(
                        "salt.exceptions.CommandExecutionError", "'" + function + "' is not available.");
        }
        calls.add(new Call(function, ids(match), Instant.now()));
        if (broken.contains(function)) {
            throw new WheelException("OSError", "[Errno 28] No space left on device");
        }
        return switch (function) {
            case "key.list_all" -> {
                Map<String, Object> all = new LinkedHashMap<>(keys.listAll());
                all.put("local", List.of("master.pem", "master.pub"));
                yield all;
            }
            case "key.print" -> keys.print(match.asText());
            case "key.finger" ->
                keys.finger(match.asText(), chunk.path("hash_type").asText("sha256"));
            case "key.accept" -> keys.accept(match.asText());
            case "key.accept_dict" -> keys.accept(exact(match));
            case "key.delete" -> keys.delete(match.asText());
            default -> keys.delete(exact(match));
        };
    }

    private static void checkArguments(String function, JsonNode chunk, Set<String> known) throws WheelException {
        for (Map.Entry<String, JsonNode> field : chunk.properties()) {
            if (!known.contains(field.getKey()) && !CHUNK_FIELDS.contains(field.getKey())) {
                throw new WheelException(
                        "salt.exceptions.SaltInvocationError",
                        "'" + field.getKey() + "' is an invalid keyword argument for 'salt.loaded.int.wheel." + function
                                + "'");
            }
        }
        if (known.contains("match") && !chunk.has("match")) {
            throw new WheelException(
                    "salt.exceptions.SaltInvocationError",
                    function.substring("key.".length()) + " takes at least 1 argument (0 given)");
        }
    }

    /** Section to ids, as the {@code _dict} functions take it; anything but an object means nothing, as on the master. */
    private static Map<String, List<String>> exact(JsonNode match) {
        Map<String, List<String>> exact = new LinkedHashMap<>();
        match.properties().forEach(section -> exact.put(section.getKey(), strings(section.getValue())));
        return exact;
    }

    private static List<String> ids(JsonNode match) {
        if (match.isObject()) {
            return exact(match).values().stream()
                    .flatMap(List::stream)
                    .distinct()
                    .toList();
        }
        return match.isMissingNode() ? List.of() : match.isArray() ? strings(match) : List.of(match.asText());
    }

    private static List<String> strings(JsonNode array) {
        List<String> strings = new ArrayList<>();
        array.forEach(element -> strings.add(element.asText()));
        return strings;
    }

    // ---- requests and answers ----------------------------------------------------------------------------------

    private static void onlyPost(Request request) throws Refused {
        if (!request.method().equals("POST")) {
            throw new Refused(405, "Specified method is invalid for this resource");
        }
    }

    private JsonNode lowstate(Request request) throws Refused {
        String type = request.contentType().replaceFirst(";.*", "").strip();
        if (type.equals(FORM)) {
            return mapper.valueToTree(request.form());
        }
        if (!type.equals(JSON) && !type.equals("text/plain")) {
            throw new Refused(406, "Content type not supported");
        }
        JsonNode lowstate;
        try {
            lowstate = mapper.readTree(request.body());
        } catch (JsonProcessingException e) {
            throw new Refused(400, "Invalid JSON document");
        }
        if (!lowstate.isContainerNode()) {
            throw new Refused(400, "Lowstates must be a list");
        }
        return lowstate;
    }

    private Session session(Request request) throws Refused {
        Session session = sessions.get(token(request));
        if (session == null) {
            throw new Refused(401, "No permission -- see authorization schemes");
        }
        return session;
    }

    private static String token(Request request) {
        return request.token().isEmpty() ? request.cookie().replaceFirst("^session_id=", "") : request.token();
    }

    private static String token() {
        byte[] token = new byte[20];
        ThreadLocalRandom.current().nextBytes(token);
        return HexFormat.of().formatHex(token);
    }

    private Answer returned(JsonNode result, Map<String, String> headers) {
        return json(200, mapper.createObjectNode().set("return", result).toString(), headers);
    }

    private static Answer json(int status, String body, Map<String, String> headers) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put("Server", "CherryPy/18.8.0");
        return new Answer(status, JSON, all, body);
    }

    private JsonNode read(String json) {
        try {
            return mapper.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("Not JSON: " + json, e);
        }
    }

    /** One function that was run, with the minion ids (or the glob) that it was given. */
    public record Call(String function, List<String> ids, Instant at) {}

    /** A key that was pending under this id and was accepted. */
    public record Acceptance(String id, String publicKey) {}

    private record Session(String user, boolean expired) {}

    private record User(String name, String password, JsonNode permissions) {

        boolean mayOnMaster(String function) {
            String module = "@" + function.substring(0, function.indexOf('.'));
            String name = function.substring(function.indexOf('.') + 1);
            for (JsonNode entry : permissions) {
                if (entry.asText().equals("@wheel")
                        || entry.asText().equals(module)
                        || anyBegins(entry.path("@wheel"), function)
                        || anyBegins(entry.path(module), name)) {
                    return true;
                }
            }
            return false;
        }

        /** Entries may be bound to targets; those are not looked at here. */
        boolean mayOnMinions(String function) {
            for (JsonNode entry : permissions) {
                if (entry.isTextual() && begins(entry.asText(), function)) {
                    return true;
                }
                for (Map.Entry<String, JsonNode> target : entry.properties()) {
                    if (!target.getKey().startsWith("@") && anyBegins(target.getValue(), function)) {
                        return true;
                    }
                }
            }
            return false;
        }

        private static boolean anyBegins(JsonNode patterns, String function) {
            for (JsonNode pattern : patterns) {
                if (begins(pattern.asText(), function)) {
                    return true;
                }
            }
            return false;
        }

        /** An entry is a regular expression that must match from the start, but not to the end. */
        private static boolean begins(String pattern, String function) {
            return Pattern.compile(pattern).matcher(function).lookingAt();
        }
    }

    /** The request is answered with CherryPy's error page. */
    private static class Refused extends Exception {

        private static final long serialVersionUID = 1L;
        private static final Map<Integer, String> REASONS = Map.of(
                400, "Bad Request",
                401, "Unauthorized",
                404, "Not Found",
                405, "Method Not Allowed",
                406, "Not Acceptable",
                503, "Service Unavailable");

        private final int status;

        Refused(int status, String message) {
            super(message);
            this.status = status;
        }

        Answer answer() {
            return page(status, REASONS.get(status), getMessage());
        }
    }

    /** CherryPy's error page, for {@link #failWith}: salt-api answers 503 so when its master is down. */
    public static String errorPage(int status, String reason, String message) {
        return page(status, reason, message).body();
    }

    private static Answer page(int status, String reason, String message) {
        String body =
                """
                <!DOCTYPE html PUBLIC
                "-//W3C//DTD XHTML 1.0 Transitional//EN"
                "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
                <html>
                <head>
                    <meta http-equiv="Content-Type" content="text/html; charset=utf-8"></meta>
                    <title>STATUS</title>
                    <style type="text/css">
                    #powered_by {
                        margin-top: 20px;
                        border-top: 2px solid black;
                        font-style: italic;
                    }

                    #traceback {
                        color: red;
                    }
                    </style>
                </head>
                    <body>
                        <h2>STATUS</h2>
                        <p>MESSAGE</p>
                        <pre id="traceback"></pre>
                    <div id="powered_by">
                      <span>
                        Powered by <a href="http://www.cherrypy.dev">CherryPy 18.8.0</a>
                      </span>
                    </div>
                    </body>
                </html>
                """
                        .replace("STATUS", status + " " + reason)
                        .replace("MESSAGE", message);
        return new Answer(status, "text/html;charset=utf-8", Map.of("Server", "CherryPy/18.8.0"), body);
    }

    /** The function itself failed: HTTP 200 with {@code success: false} and a traceback. */
    private static class WheelException extends Exception {

        private static final long serialVersionUID = 1L;
        private final String type;

        WheelException(String type, String message) {
            super(message);
            this.type = type;
        }

        String type() {
            return type;
        }
    }
}
