package io.autoscale.reactor.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetup;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MailboxTest {

    private final Mailbox mailbox = new Mailbox();

    @AfterEach
    void stop() {
        mailbox.close();
    }

    @Test
    void keepsMailsAlsoOverAnOutage() throws Exception {
        send("ops@example.org", "first");
        mailbox.refuse();
        assertThatThrownBy(() -> send("ops@example.org", "lost")).hasStackTraceContaining("ConnectException");
        assertThat(mailbox.mails()).hasSize(1);
        mailbox.heal();
        send("ops@example.org", "second");
        assertThat(mailbox.mails()).hasSize(2);
        assertThat(mailbox.mails().get(0).getSubject()).isEqualTo("first");
        assertThat(mailbox.mails().get(1).getSubject()).isEqualTo("second");
    }

    @Test
    void rejectsARecipientUntilHealed() {
        mailbox.reject("gone@example.org");
        assertThatThrownBy(() -> send("gone@example.org", "x")).hasStackTraceContaining("550");
        send("ops@example.org", "x");
        mailbox.heal();
        send("gone@example.org", "x");
        assertThat(mailbox.mails()).hasSize(2);
    }

    private void send(String to, String subject) {
        GreenMailUtil.sendTextEmail(
                to,
                "reactor@example.org",
                subject,
                "text",
                new ServerSetup(mailbox.port(), "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    }
}
