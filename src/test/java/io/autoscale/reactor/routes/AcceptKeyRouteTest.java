package io.autoscale.reactor.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoscale.reactor.event.Work;
import io.autoscale.reactor.salt.KeyNotAccepted;
import io.autoscale.reactor.salt.MinionKey;
import io.autoscale.reactor.salt.MinionSilent;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AcceptKeyRouteTest extends RoutesTest {

    @Test
    void thePendingKeyIsAcceptedIfItIsTheOneThatTheInstanceShowed() {
        master.key("minions_pre", ID, KEY);

        assertThat(route("accept-key").getException()).isNull();

        assertThat(master.functions()).containsExactly("key.print", "key.accept_dict", "key.print");
        assertThat(master.calls("key.accept_dict").get(0).path("match"))
                .hasToString("{\"minions_pre\":[\"" + ID + "\"]}");
        assertThat(master.has("minions", ID)).isTrue();
        assertThat(queues()).isEmpty();
    }

    @Test
    void nothingIsDoneIfThatKeyIsAcceptedAlready() {
        master.key("minions", ID, KEY);

        assertThat(route("accept-key").getException()).isNull();

        assertThat(master.functions()).containsExactly("key.print");
        assertThat(queues()).isEmpty();
    }

    @Test
    void aKeyThatIsNotThereYetIsWaitedFor() {
        assertThat(route("accept-key").getException())
                .isInstanceOf(KeyNotAccepted.class)
                .hasMessageContaining(ID)
                .hasMessageContaining("4506");
        assertThat(master.functions()).containsExactly("key.print");
    }

    @ParameterizedTest
    @ValueSource(strings = {"minions", "minions_pre", "minions_rejected", "minions_denied"})
    void aKeyThatIsNotTheInstancesIsRemovedByExactIdAndToldAndNeverAccepted(String section) {
        master.key(section, ID, OTHER_KEY);

        assertThat(route("accept-key").getException()).isInstanceOf(KeyNotAccepted.class);

        assertThat(master.functions()).containsExactly("key.print", "key.delete_dict");
        JsonNode match = master.calls("key.delete_dict").get(0).path("match");
        assertThat(match.path(section)).hasToString("[\"" + ID + "\"]");
        match.forEach(ids -> assertThat(ids).hasToString("[\"" + ID + "\"]"));
        assertThat(master.has(section, ID)).isFalse();
        assertThat(queues()).containsExactly("notices");
        assertThat(notice().kind()).isEqualTo("foreign-key");
        assertThat(notice().text()).contains(ID, section, new MinionKey(KEY).fingerprint());
    }

    @Test
    void whatIsWaitedForSaysThatAnotherKeyStoodInItsPlace() {
        master.key("minions_pre", ID, OTHER_KEY);

        assertThat(route("accept-key").getException())
                .isInstanceOf(KeyNotAccepted.class)
                .hasMessageContaining("minions_pre")
                .hasMessageContaining("was removed")
                .hasMessageContaining(new MinionKey(KEY).fingerprint());
    }

    @Test
    void theRightKeyStaysWhereAnotherOneIsRemoved() {
        master.key("minions", ID, KEY);
        master.key("minions_denied", ID, OTHER_KEY);

        assertThat(route("accept-key").getException()).isNull();

        assertThat(master.calls("key.delete_dict").get(0).path("match"))
                .hasToString("{\"minions_denied\":[\"" + ID + "\"]}");
        assertThat(master.has("minions", ID)).isTrue();
        assertThat(notice().kind()).isEqualTo("foreign-key");
    }

    @Test
    void aKeyThatVanishesBeforeItIsAcceptedIsWaitedForAgain() {
        master.key("minions_pre", ID, KEY);
        master.reply("key.accept_dict", 200, "{\"return\":[{\"data\":{\"success\":true,\"return\":{}}}]}");

        assertThat(route("accept-key").getException()).isInstanceOf(KeyNotAccepted.class);
    }

    @Test
    void aMinionThatAnswersIsReady() {
        assertThat(route("await-minion").getException()).isNull();

        assertThat(master.calls("test.ping").get(0).path("tgt_type").asText()).isEqualTo("list");
        assertThat(master.calls("test.ping").get(0).path("tgt")).hasToString("[\"" + ID + "\"]");
    }

    @Test
    void aMinionThatDoesNotAnswerIsWaitedFor() {
        master.minionAnswers(false);

        assertThat(route("await-minion").getException())
                .isInstanceOf(MinionSilent.class)
                .hasMessageContaining(ID);
    }

    private Exchange route(String name) {
        return template.send("direct:" + name, exchange -> {
            exchange.setVariable("event", event(Work.BOOTSTRAP));
            exchange.setVariable("instance", INSTANCE);
            exchange.setVariable("minionKey", new MinionKey(KEY));
        });
    }
}
