package io.autoscale.reactor.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sends requests recorded from a real salt-api to the stand-in and compares what comes back. */
class SaltApiTest {

    private static final String ID = "i-0123456789abcdef0";
    private static final Set<String> VOLATILE = Set.of("tag", "jid", "_stamp", "token", "start", "expire");
    private static final String LEAST_PRIVILEGE =
            "[{\"@wheel\": [\"key.gen_accept\", \"key.accept\", \"key.finger\", \"key.delete_dict\", \"key.list_all\"]}]";
    private static final String STRICT =
            "[{\"@wheel\": [\"key\\\\.gen_accept$\", \"key\\\\.delete_dict$\", \"key\\\\.finger$\", \"key\\\\.list_all$\"]}]";

    private final ObjectMapper mapper = new ObjectMapper();
    private final HttpClient client = HttpClient.newHttpClient();
    private SaltApi salt;

    @BeforeEach
    void start() {
        salt = new SaltApi();
        salt.pingWait(Duration.ofMillis(50));
        salt.user("leastpriv", SaltApi.PASSWORD, LEAST_PRIVILEGE);
        salt.user("strict", SaltApi.PASSWORD, STRICT);
        salt.user("viewer", SaltApi.PASSWORD, "[\"test.*\"]");
        salt.user("noperm", SaltApi.PASSWORD, "{}");
    }

    @AfterEach
    void stop() {
        salt.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "login-ok",
                "login-ok-form",
                "login-ok-leastpriv",
                "login-ok-strict",
                "login-ok-no-wheel-permission",
                "login-ok-user-without-permissions",
                "login-get",
                "login-bad-password",
                "login-unknown-user",
                "login-unknown-eauth",
                "login-missing-eauth",
                "login-empty-body",
                "login-malformed-json"
            })
    void loginAnswersAsRecorded(String name) throws Exception {
        replay(name, "");
    }

    @Test
    void loginGivesTheSameTokenInHeaderAndBody() throws Exception {
        HttpResponse<String> answer = send(recorded("login-ok"), "");
        assertThat(answer.headers().firstValue("X-Auth-Token"))
                .hasValue(mapper.readTree(answer.body()).at("/return/0/token").asText());
        assertThat(salt.logins()).isOne();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "wheel-list_all-empty",
                "wheel-list_all-with-timeout",
                "wheel-empty-list",
                "wheel-finger-unknown",
                "wheel-accept-unknown",
                "wheel-delete-unknown",
                "wheel-delete-kwarg-style",
                "wheel-delete_dict-bad-type",
                "wheel-form",
                "wheel-unknown-function",
                "wheel-unknown-module",
                "wheel-malformed-json",
                "wheel-string-body",
                "wheel-missing-fun",
                "wheel-fun-without-dot",
                "wheel-no-content-type",
                "wheel-unsupported-content-type",
                "wheel-two-chunks-second-bad-client",
                "missing-client",
                "unknown-client",
                "disabled-client",
                "method-not-allowed",
                "not-found",
                "local-test-ping-offline",
                "flow-9-accept_dict-of-absent-pending"
            })
    void callWithoutAnyKeyAnswersAsRecorded(String name) throws Exception {
        replay(name, login(SaltApi.USER));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "wheel-cookie-token",
                "wheel-single-object",
                "wheel-text-plain",
                "wheel-two-chunks",
                "wheel-two-chunks-second-fails"
            })
    void listingAnswersAsRecorded(String name) throws Exception {
        accepted("db-master-1", "evil", "i-000000000000a0002", ID);
        replay(name, login(SaltApi.USER));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"wheel-no-token", "wheel-invalid-token-hex", "wheel-invalid-token-text", "wheel-after-logout"})
    void tokenThatWasNeverGivenOutIsRefusedAsRecorded(String name) throws Exception {
        replay(name, name.equals("wheel-no-token") ? "" : "fa4e02fa4e02fa4e02fa4e02fa4e02fa4e02fa4e");
    }

    @Test
    void tokenEndsWithLogoutRestartAndExpiryAsRecorded() throws Exception {
        String token = login(SaltApi.USER);
        replay("wheel-token-after-master-restart", token);
        salt.expireTokens();
        replay("wheel-token-expired", token);

        token = login(SaltApi.USER);
        replay("logout", token);
        replay("wheel-after-logout", token);

        token = login(SaltApi.USER);
        salt.restart();
        replay("wheel-token-after-api-restart", token);
    }

    @Test
    void permissionsHoldAsRecorded() throws Exception {
        accepted("db-master-1", "evil", "i-000000000000a0002", ID, "i-0123456789abcdef4");
        String token = login("leastpriv");
        replay("leastpriv-delete_dict", token);
        replay("leastpriv-list_all", token);
        replay("leastpriv-accept_dict-prefix", token);
        replay("leastpriv-config-denied", token);
        replay("leastpriv-delete-denied", token);
        replay("leastpriv-list-denied", token);
        replay("leastpriv-reject-denied", token);

        token = login("strict");
        replay("strict-delete_dict", token);
        replay("strict-delete-denied", token);
        replay("strict-finger_master-denied", token);

        token = login("viewer");
        replay("wheel-permission-denied", token);
        replay("wheel-permission-denied-delete", token);
    }

    @Test
    void functionThatIsDeniedIsNotRun() throws Exception {
        String token = login(SaltApi.USER);
        salt.deny("key.delete");
        HttpResponse<String> denied = send(recorded("wheel-delete"), token);
        assertThat(denied.statusCode()).isEqualTo(401);
        assertThat(denied.body()).contains("occurred for user reactor.");
        assertThat(salt.deleteCalls()).isEmpty();
        salt.permit("key.delete");
        replay("wheel-delete", token);
        assertThat(salt.deleteCalls()).singleElement().satisfies(call -> assertThat(call.ids())
                .containsExactly(ID));
    }

    @Test
    void minionWithItsOwnKeyIsLetInAsRecorded() throws Exception {
        String token = login(SaltApi.USER);
        String key = recordedKey("flow-1-key-print-pending", "minions_pre");
        assertThat(salt.register(ID, key)).isEqualTo("minions_pre");
        replay("flow-1-key-print-pending", token);
        replay("flow-2-finger-pending", token);
        replay("flow-3-accept_dict", token);
        replay("flow-4-ping-too-early", token);
        salt.connected(ID, true);
        replay("flow-5-ping-ready", token);
        replay("flow-6-key-print-accepted", token);
        assertThat(salt.register(ID, key)).isEqualTo("minions");

        String other = recordedKey("flow-7-key-print-accepted-and-denied", "minions_denied");
        assertThat(salt.register(ID, other)).isEqualTo("minions_denied");
        replay("flow-7-key-print-accepted-and-denied", token);
        replay("flow-8-list_all-accepted-and-denied", token);
        replay("flow-10-delete_dict-all-sections", token);
        assertThat(salt.keys(ID)).isEmpty();
    }

    @Test
    void anotherKeyUnderAPendingIdIsDenied() {
        assertThat(salt.register(ID, key(1))).isEqualTo("minions_pre");
        assertThat(salt.register(ID, key(2))).isEqualTo("minions_denied");
        assertThat(salt.keys(ID)).isEqualTo(Map.of("minions_pre", key(1), "minions_denied", key(2)));
    }

    @Test
    void acceptingAnswersAsRecorded() throws Exception {
        String token = login(SaltApi.USER);
        salt.register(ID, key(1));
        replay("wheel-accept-pending", token);
        replay("wheel-accept-again", token);
        salt.put("minions_pre", ID, key(2));
        replay("wheel-accept-mismatch", token);
        assertThat(salt.keys(ID)).isEqualTo(Map.of("minions", key(2)));
        salt.register("i-000000000000a0002", key(3));
        replay("wheel-accept_dict", token);
    }

    @Test
    void deletionByExactIdAnswersAsRecorded() throws Exception {
        accepted("db-master-1", "evil", "i-000000000000a0000");
        String token = login(SaltApi.USER);
        replay("wheel-delete_dict-mixed", token);
        assertThat(salt.section("minions")).containsOnlyKeys("db-master-1", "evil");

        salt.register("i-000000000000a0001", key(1));
        replay("wheel-delete_dict-wrong-section", token);
        replay("wheel-delete_dict-all-sections", token);
        assertThat(salt.keys("i-000000000000a0001")).isEmpty();

        replay("wheel-delete_dict-50", token);
        assertThat(salt.deleteCalls().get(3).ids()).hasSize(50);
        replay("wheel-delete_dict-four-sections", token);
    }

    @Test
    void deletionByGlobTakesEverythingThatMatches() throws Exception {
        accepted("db-master-1", "i-0000000000000dead", ID);
        replay("wheel-delete-glob", login(SaltApi.USER));
        assertThat(salt.section("minions")).containsOnlyKeys("db-master-1");
    }

    @Test
    void minionAsksUntilItIsAcceptedAndAgainWhenItsKeyIsDeleted() throws Exception {
        salt.acceptanceWait(Duration.ofMillis(20));
        String token = login(SaltApi.USER);
        salt.minion(ID, key(1));
        assertThat(salt.keys(ID)).isEqualTo(Map.of("minions_pre", key(1)));

        replay("flow-3-accept_dict", token);
        await().untilAsserted(() -> replay("flow-5-ping-ready", token));

        replay("flow-10-delete_dict-all-sections", token);
        await().until(() -> salt.keys(ID).equals(Map.of("minions_pre", key(1))));

        salt.stopMinion(ID);
        replay("flow-10-delete_dict-all-sections", token);
        await().during(Duration.ofMillis(100)).until(() -> salt.keys(ID).isEmpty());
    }

    @Test
    void faultsLastUntilHealed() throws Exception {
        String token = login(SaltApi.USER);
        salt.failWith(503, SaltApi.errorPage(503, "Service Unavailable", "Salt Master is not available."));
        replay("wheel-master-down-no-sockets", token);
        salt.heal();
        replay("wheel-list_all-empty", token);

        salt.refuse();
        assertThatThrownBy(() -> send(recorded("wheel-list_all-empty"), token)).isInstanceOf(ConnectException.class);
        salt.heal();
        replay("wheel-list_all-empty", token);
    }

    @Test
    void functionThatIsBrokenFailsWithinAnAnswerOf200() throws Exception {
        String token = login(SaltApi.USER);
        salt.register(ID, key(1));
        salt.breakDown("key.delete_dict");
        HttpResponse<String> failed = send(recorded("flow-10-delete_dict-all-sections"), token);
        assertThat(failed.statusCode()).isEqualTo(200);
        JsonNode data = mapper.readTree(failed.body()).at("/return/0/data");
        assertThat(data.path("success").asBoolean(true)).isFalse();
        assertThat(data.path("return").asText()).startsWith("Exception occurred in wheel key.delete_dict: Traceback");
        assertThat(salt.keys(ID)).hasSize(1);
        salt.heal();
        replay("flow-10-delete_dict-all-sections", token);
        assertThat(salt.keys(ID)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[\"@key\"]", "[{\"@key\": [\"list_all\"]}]", "[{\"@wheel\": [\"key\\\\..*\"]}]"})
    void functionsMayBeGrantedByModule(String permissions) throws Exception {
        salt.user("granted", SaltApi.PASSWORD, permissions);
        String token = login("granted");
        assertThat(send(recorded("wheel-list_all-empty"), token).statusCode()).isEqualTo(200);
        assertThat(send(recorded("leastpriv-config-denied"), token).statusCode())
                .isEqualTo(401);
        assertThat(send(recorded("local-test-ping-offline"), token).statusCode())
                .isEqualTo(401);
    }

    @Test
    void hangingCallIsAnsweredOnceHealed() throws Exception {
        salt.hang(Duration.ofHours(1));
        CompletableFuture<HttpResponse<String>> answer =
                client.sendAsync(request(recorded("login-ok"), ""), BodyHandlers.ofString());
        await().during(Duration.ofMillis(100)).until(() -> !answer.isDone());
        salt.heal();
        assertThat(answer.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    }

    // ---- replaying ---------------------------------------------------------------------------------------------

    private void replay(String name, String token) throws Exception {
        JsonNode exchange = recorded(name);
        JsonNode expected = exchange.path("response");
        HttpResponse<String> actual = send(exchange, token);
        assertThat(actual.statusCode())
                .as(name)
                .isEqualTo(expected.path("status").asInt());
        String contentType = expected.at("/headers/Content-Type").asText();
        assertThat(actual.headers().firstValue("Content-Type")).as(name).hasValue(contentType);
        if (contentType.equals("application/json")) {
            assertThat(stable(actual.body()))
                    .as(name)
                    .isEqualTo(stable(expected.path("body").asText()));
        } else {
            assertThat(actual.body()).as(name).isEqualTo(expected.path("body").asText());
        }
    }

    private HttpResponse<String> send(JsonNode exchange, String token) throws IOException, InterruptedException {
        return client.send(request(exchange, token), BodyHandlers.ofString());
    }

    private HttpRequest request(JsonNode exchange, String token) {
        JsonNode recorded = exchange.path("request");
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        salt.url().resolve(recorded.path("path").asText()))
                .method(recorded.path("method").asText(), BodyPublishers.ofString(text(recorded.path("body"))));
        for (String header : List.of("Accept", "Content-Type")) {
            String value = text(recorded.path("headers").path(header));
            if (!value.isEmpty()) {
                request.header(header, value);
            }
        }
        if (recorded.path("headers").has("Cookie")) {
            request.header("Cookie", "session_id=" + token);
        } else if (!token.isEmpty()) {
            request.header("X-Auth-Token", token);
        }
        return request.build();
    }

    private static String text(JsonNode node) {
        return node.isTextual() ? node.asText() : "";
    }

    /** The JSON with what differs from call to call blanked, each such field still being there. */
    private JsonNode stable(String json) throws IOException {
        JsonNode tree = mapper.readTree(json);
        blank(tree);
        return tree;
    }

    private static void blank(JsonNode node) {
        if (node instanceof ObjectNode object) {
            VOLATILE.stream().filter(object::has).forEach(field -> object.put(field, "…"));
        }
        node.forEach(SaltApiTest::blank);
    }

    private JsonNode recorded(String name) throws IOException {
        try (InputStream in = SaltApiTest.class.getResourceAsStream("/salt-api/" + name + ".json")) {
            assertThat(in).as("recording " + name).isNotNull();
            return mapper.readTree(in);
        }
    }

    private String recordedKey(String name, String section) throws IOException {
        String body = recorded(name).at("/response/body").asText();
        return mapper.readTree(body)
                .at("/return/0/data/return/" + section + "/" + ID)
                .asText();
    }

    private String login(String user) throws Exception {
        ObjectNode exchange = (ObjectNode) recorded("login-ok");
        ((ObjectNode) exchange.path("request"))
                .put(
                        "body",
                        mapper.createObjectNode()
                                .put("username", user)
                                .put("password", SaltApi.PASSWORD)
                                .put("eauth", SaltApi.EAUTH)
                                .toString());
        return send(exchange, "").headers().firstValue("X-Auth-Token").orElseThrow();
    }

    private void accepted(String... ids) {
        for (String id : ids) {
            salt.put("minions", id, key(0));
        }
    }

    private static String key(int number) {
        return "-----BEGIN PUBLIC KEY-----\nKEY" + number + "\n-----END PUBLIC KEY-----\n";
    }
}
