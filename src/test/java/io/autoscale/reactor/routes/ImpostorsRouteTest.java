package io.autoscale.reactor.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoscale.reactor.event.Work;
import io.autoscale.reactor.routes.Sendings.Sent;
import io.autoscale.reactor.standin.InstanceHost;
import io.autoscale.reactor.standin.SaltApi;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Somebody registers a key of his own under the id of an instance, at whatever moment: only the key that the instance showed
 * over SSH is ever accepted, and the other is left nowhere. The master is the stand-in that answers as recorded from Salt.
 */
class ImpostorsRouteTest extends RoutesTest {

    private static final List<String> SECTIONS =
            List.of("minions", "minions_pre", "minions_rejected", "minions_denied");

    /** As many impostors as the random trials need; making keys takes long. */
    private static final List<String> FOREIGN =
            Stream.generate(InstanceHost::newMinionKey).limit(4).toList();

    private static final long FIRST_SEED = Long.getLong("impostors.seed", 20261122L);
    private static final int TRIALS = 150;

    /** A moment of a launch: just before or just after the nth call of this function. */
    private record Moment(String function, int number, boolean over) {}

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();

    private SaltApi salt = new SaltApi();
    private boolean minionRuns;
    private Consumer<Moment> at = moment -> {};

    @Override
    String[] settings() {
        return new String[] {"reactor.salt.password", SaltApi.PASSWORD, "reactor.salt.eauth", SaltApi.EAUTH};
    }

    @BeforeEach
    void aRunningInstanceAndAMaster() {
        salt.close();
        salt = new SaltApi();
        salt.pingWait(Duration.ZERO);
        minionRuns = false;
        at = moment -> {};
        ec2.instance(ID, "running");
        host.shows("bootstrap", KEY);
        host.onCommand(() -> {
            minionRuns = host.actions().contains("bootstrap");
            askOfTheMinion();
        });
        getMockEndpoint("mock:http:127.0.0.1:8000").whenAnyExchangeReceived(this::toTheStandIn);
    }

    @AfterEach
    void nothingForeignWasEverAccepted() {
        assertThat(salt.acceptances())
                .as("keys that were accepted")
                .allMatch(acceptance -> acceptance.publicKey().equals(KEY));
    }

    @AfterAll
    void closeTheMaster() {
        salt.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"minions", "minions_pre", "minions_rejected", "minions_denied"})
    void anImpostorWhoWasFirstIsRemovedFromWhereverItStands(String section) {
        salt.put(section, ID, OTHER_KEY);

        taken("launch", event(Work.BOOTSTRAP));

        assertOnlyTheRightKeyIsAccepted();
        assertThat(notice().kind()).isEqualTo("foreign-key");
        assertThat(notice().text()).containsPattern("Found in: +.*" + section);
    }

    @ParameterizedTest
    @CsvSource({
        "key.print, 1, false", // before the master is asked for the first time
        "key.print, 1, true", // before the bootstrap
        "key.print, 2, false", // after the bootstrap, before its key is looked up
        "key.print, 2, true", // between the look-up and the acceptance
        "key.accept_dict, 1, true", // after the acceptance
        "key.print, 3, true", // after the look-up that followed it
        "test.ping, 1, false",
        "test.ping, 1, true", // the minion is up, the work not over
    })
    void anImpostorWhoComesAtThisMomentIsRemovedAndToldOnce(String function, int number, boolean over) {
        at = moment -> {
            if (moment.equals(new Moment(function, number, over))) {
                salt.register(ID, OTHER_KEY);
            }
        };

        taken("launch", event(Work.BOOTSTRAP));

        assertOnlyTheRightKeyIsAccepted();
        assertThat(notice().kind()).isEqualTo("foreign-key");
        assertThat(queues()).containsExactly("notices");
        salt.deleteCalls().forEach(call -> assertThat(call.ids()).containsOnly(ID));
    }

    @Test
    void anImpostorWhoComesWithATerminationIsLeftNowhereOnceTheInstanceIsGone() {
        salt.put("minions", ID, KEY);
        ec2.instance(ID, "shutting-down");
        at = moment -> {
            if (moment.over() && moment.function().equals("key.delete_dict") && moment.number() == 1) {
                salt.register(ID, OTHER_KEY);
            }
        };

        taken("terminate", event(Work.DELETE_KEY));
        Sent again = sent("terminations").get(0);
        ec2.instance(ID, "terminated");
        taken("terminate", again.body(), Map.of("checks", 1));

        assertThat(salt.keys(ID)).isEmpty();
        assertThat(salt.acceptances()).isEmpty();
    }

    @Test
    void anImpostorWhoNeverStopsLeavesNoKeyOnceTheLaunchIsGivenUp() {
        at = moment -> {
            clock.advance(Duration.ofSeconds(5));
            if (!moment.over()) {
                salt.register(ID, OTHER_KEY);
            }
        };
        String launch = json(event(Work.BOOTSTRAP));
        taken("launch", launch, Map.of());
        taken("launch", launch, sent("launches").get(0).headers());
        taken("launch", launch, sent("launches").get(1).headers());
        Sent given = sent("give-ups").get(0);
        assertThat(sent("notices")).as("one in each attempt").hasSize(3);
        assertThat((String) given.headers().get("failure")).contains("minions_pre", "was removed");

        at = moment -> {};
        minionRuns = false;
        host.ends("stop", 0, "", "");
        taken("give-up", given.body(), given.headers());
        assertThat(salt.keys(ID)).isEmpty();
    }

    @Test
    void inWhateverOrderImpostorsAndTheMinionAskOnlyTheRightKeyIsAcceptedAndLeft() {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + TRIALS; seed++) {
            outside();
            aRunningInstanceAndAMaster();
            Random random = new Random(seed);
            initially(random);
            at = whenever(random);

            taken("launch", event(Work.BOOTSTRAP));

            assertThat(salt.keys(ID))
                    .as("-Dimpostors.seed=%d", seed)
                    .containsEntry("minions", KEY)
                    .doesNotContainValue(FOREIGN.get(0))
                    .doesNotContainValue(FOREIGN.get(1))
                    .doesNotContainValue(FOREIGN.get(2))
                    .doesNotContainValue(FOREIGN.get(3));
            assertThat(sent("notices"))
                    .as("-Dimpostors.seed=%d", seed)
                    .hasSizeLessThanOrEqualTo(1 + sent("launches").size());
            nothingForeignWasEverAccepted();
        }
    }

    private void initially(Random random) {
        SECTIONS.stream()
                .filter(section -> random.nextInt(3) == 0)
                .forEach(section -> salt.put(section, ID, any(random)));
    }

    /** Up to four times in a launch, until it has looked for the last time. */
    private Consumer<Moment> whenever(Random random) {
        int[] left = {random.nextInt(5)};
        boolean[] minionIsUp = new boolean[1];
        boolean[] over = new boolean[1];
        return moment -> {
            minionIsUp[0] |= moment.function().equals("test.ping") && moment.over() && isAccepted();
            over[0] |= minionIsUp[0] && moment.function().equals("key.print");
            if (random.nextInt(3) == 0) {
                askOfTheMinion();
            }
            if (left[0] > 0 && !over[0] && random.nextInt(2) == 0) {
                left[0]--;
                salt.register(ID, any(random));
            }
        };
    }

    private boolean isAccepted() {
        return KEY.equals(salt.keys(ID).get("minions"));
    }

    private static String any(Random random) {
        return FOREIGN.get(random.nextInt(FOREIGN.size()));
    }

    private void assertOnlyTheRightKeyIsAccepted() {
        assertThat(salt.keys(ID)).isEqualTo(Map.of("minions", KEY));
    }

    /** The minion asks to be let in, if it runs; its loop on a real instance does so every two seconds. */
    private void askOfTheMinion() {
        if (minionRuns) {
            salt.connected(ID, salt.register(ID, KEY).equals("minions"));
        }
    }

    private static String token(Exchange exchange) {
        return exchange.getMessage().getHeader("X-Auth-Token", String.class);
    }

    /** A call of the routes goes to the stand-in. */
    private void toTheStandIn(Exchange exchange) throws IOException, InterruptedException {
        String body = exchange.getMessage().getBody(String.class);
        JsonNode call = json.readTree(body);
        String path = Optional.ofNullable(exchange.getMessage().getHeader(Exchange.HTTP_PATH, String.class))
                .orElse("/");
        String function = call.path("fun").asText("login");
        int number = 1 + salt.calls(function).size();
        at.accept(new Moment(function, number, false));
        if (!function.equals("key.accept_dict")) {
            askOfTheMinion();
        }
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create(salt.url() + path))
                        .header("Content-Type", "application/json")
                        .header(
                                "X-Auth-Token",
                                Optional.ofNullable(token(exchange)).orElse("none"))
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        at.accept(new Moment(function, number, true));
        exchange.getMessage().setBody(answer.body());
        exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, answer.statusCode());
    }
}
