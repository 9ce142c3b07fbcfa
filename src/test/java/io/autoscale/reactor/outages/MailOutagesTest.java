package io.autoscale.reactor.outages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoscale.reactor.standin.Announcements;
import org.junit.jupiter.api.Test;

class MailOutagesTest extends OutageTest {

    @Test
    void aMailServerThatIsAwayHoldsUpNothing() {
        cloud.mailbox().refuse();
        comesLaterAndHoldsUpNothing("away");
    }

    /** Takes as long as an answer is waited for. */
    @Test
    void aMailServerThatTakesConnectionsAndIsSilentHoldsUpNothing() {
        cloud.mailbox().hang();
        comesLaterAndHoldsUpNothing("silent");
    }

    @Test
    void aMailServerThatRejectsEverybodyForAWhileHoldsUpNothing() {
        cloud.mailbox().reject("admin1@example.org");
        cloud.mailbox().reject("admin2@example.org");
        comesLaterAndHoldsUpNothing("rejected");
    }

    @Test
    void aRecipientThatIsRejectedKeepsNothingFromTheOther() {
        cloud.mailbox().reject("admin1@example.org");
        reactor.announce(Announcements.of("launch-error", "", "first"));
        reactor.announce(Announcements.of("launch-error", "", "second"));
        await().atMost(LONG).untilAsserted(() -> {
            assertThat(cloud.mailbox().about("(group first)")).hasSize(1);
            assertThat(cloud.mailbox().about("(group second)")).hasSize(1);
        });
    }

    private void comesLaterAndHoldsUpNothing(String group) {
        int before = reactor.retries();
        reactor.announce(Announcements.of("launch-error", "", group));
        String id = cloud.launch("web");
        announceLaunch(id);
        awaitMinion(id);

        await().atMost(LONG).until(() -> reactor.retries() > before);
        assertThat(cloud.mailbox().about("(group " + group + ")")).isEmpty();
        cloud.mailbox().heal();
        assertThat(mailAbout("(group " + group + ")")).contains("What it says");
        assertThat(reactor.parked()).isEmpty();
    }
}
