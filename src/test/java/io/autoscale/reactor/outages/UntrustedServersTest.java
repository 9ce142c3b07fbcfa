package io.autoscale.reactor.outages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoscale.reactor.standin.Announcements;
import io.autoscale.reactor.standin.CertificateAuthority;
import io.autoscale.reactor.standin.TlsFront;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server whose certificate is not good is an outage: nothing is sent to it, and all is done once it has a good one. */
class UntrustedServersTest extends OutageTest {

    private static final String HERE = "127.0.0.1";

    @TempDir
    static Path files;

    private final CertificateAuthority authority = new CertificateAuthority();
    private TlsFront salt;
    private TlsFront mail;

    @Override
    Map<String, String> settings() {
        salt = TlsFront.implicit(cloud.salt().url().getPort(), authority.server(HERE));
        mail = TlsFront.startTls(cloud.mailbox().port(), authority.server(HERE));
        return Map.of(
                "reactor.salt.url",
                "https://" + HERE + ":" + salt.port(),
                "reactor.salt.ca",
                ca(),
                "reactor.mail.port",
                String.valueOf(mail.port()),
                "reactor.mail.tls",
                "starttls",
                "reactor.mail.ca",
                ca(),
                "reactor.patience.outage",
                "1s");
    }

    private String ca() {
        try {
            return authority.pem(files.resolve("ca.pem")).toString();
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterAll
    void stopFronts() throws IOException {
        salt.close();
        mail.close();
    }

    @Test
    void saltApiIsSentNothingUntilItsCertificateIsGood() {
        salt.present(new CertificateAuthority().server(HERE));
        String id = cloud.launch("web");
        announceLaunch(id);

        assertThat(mailAbout("salt-api at https://127.0.0.1:"))
                .contains("is not trusted, and was sent nothing", "does not come from an authority that is trusted");
        assertThat(salt.passed()).isZero();
        salt.present(authority.server(HERE));
        awaitMinion(id);
    }

    @Test
    void theMailServerIsSentNothingUntilItsCertificateIsGood() {
        mail.present(authority.server("other.example.org"));
        long passed = mail.passed();
        int before = reactor.retries();
        reactor.announce(Announcements.of("launch-error", "", "untrusted"));
        await().atMost(LONG).until(() -> reactor.retries() > before);

        assertThat(mail.passed()).isEqualTo(passed);
        mail.present(authority.server(HERE));
        assertThat(mailAbout("(group untrusted)")).contains("What it says");
    }
}
