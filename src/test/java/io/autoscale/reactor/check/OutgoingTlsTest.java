package io.autoscale.reactor.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.autoscale.reactor.Home;
import io.autoscale.reactor.Reactor;
import io.autoscale.reactor.failure.Outage;
import io.autoscale.reactor.mail.MailSettings;
import io.autoscale.reactor.salt.SaltSettings;
import io.autoscale.reactor.standin.CertificateAuthority;
import io.autoscale.reactor.standin.Cloud;
import io.autoscale.reactor.standin.RunningReactor;
import io.autoscale.reactor.standin.SaltApi;
import io.autoscale.reactor.standin.TlsFront;
import io.autoscale.reactor.tls.Authorities;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.apache.camel.component.http.HttpComponent;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Servers that may be somebody else are told nothing, and why is said; each as the reactor itself calls it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OutgoingTlsTest {

    private static final String HERE = "127.0.0.1";
    private static final String PASSWORD = "hunter22";

    private final CertificateAuthority authority = new CertificateAuthority();
    private Authorities authorities;
    private Cloud cloud;
    private TlsFront salt;
    private Rehearsal rehearsal;

    @BeforeAll
    void start(@TempDir Path home) throws Exception {
        Path ca = authority.pem(home.resolve("ca.pem"));
        authorities = Authorities.of(ca);
        cloud = new Cloud(home);
        salt = TlsFront.implicit(cloud.salt().url().getPort(), authority.server(HERE));
        Files.createDirectory(home.resolve("routes"));
        for (String file : List.of("salt.camel.yaml", "bootstrap.sh")) {
            Files.copy(Path.of("routes", file), home.resolve("routes").resolve(file));
        }
        Properties settings = new Properties();
        settings.putAll(Map.of(
                "reactor.sns.topics",
                RunningReactor.TOPIC,
                "reactor.aws.region",
                "us-east-1",
                "reactor.salt.url",
                "https://" + HERE + ":" + salt.port(),
                "reactor.salt.username",
                SaltApi.USER,
                "reactor.salt.password",
                SaltApi.PASSWORD,
                "reactor.salt.eauth",
                SaltApi.EAUTH,
                "reactor.salt.ca",
                ca.toString(),
                "reactor.ssh.private-key",
                cloud.privateKey().toString()));
        try (var file = Files.newBufferedWriter(home.resolve("application.properties"))) {
            settings.store(file, null);
        }
        rehearsal = new Rehearsal(Reactor.rehearsal(Home.of(home), Clock.systemUTC(), "salt.camel.yaml"));
        rehearsal.start();
    }

    @AfterAll
    void stop() throws Exception {
        rehearsal.close();
        salt.close();
        cloud.close();
    }

    Stream<Arguments> untrusted() {
        return Stream.of(
                Arguments.of(
                        new CertificateAuthority().server(HERE),
                        "its certificate does not come from an authority that is trusted"),
                Arguments.of(authority.server("other.example.org"), "its certificate does not name this host"),
                Arguments.of(authority.expired(HERE), "its certificate has expired"));
    }

    @ParameterizedTest
    @MethodSource("untrusted")
    void saltApiWithACertificateThatIsNotGoodIsSentNothing(SSLContext shown, String reason) {
        salt.present(shown);
        long before = salt.passed();

        Outage outage = catchThrowableOfType(Outage.class, this::askSalt);

        assertThat(outage)
                .hasMessageContainingAll("salt-api at https://127.0.0.1:", "sent nothing", reason, "reactor.salt.ca");
        assertThat(outage.getMessage()).doesNotContain(SaltApi.PASSWORD);
        assertThat(salt.passed()).isEqualTo(before);
    }

    @Test
    void callsOverHttpsHaveTheLimitsOfThoseOverHttp() {
        HttpComponent http = rehearsal.context().getComponent("http", HttpComponent.class);
        HttpComponent https = rehearsal.context().getComponent("https", HttpComponent.class);

        assertThat(https).isNotSameAs(http);
        assertThat(http.isAutomaticRetriesDisabled()).isTrue();
        assertThat(https)
                .usingRecursiveComparison()
                .comparingOnlyFields(
                        "connectTimeout",
                        "connectionRequestTimeout",
                        "soTimeout",
                        "connectionsPerRoute",
                        "automaticRetriesDisabled",
                        "followRedirects",
                        "redirectHandlingDisabled",
                        "cookieManagementDisabled")
                .isEqualTo(http);
    }

    @ParameterizedTest
    @MethodSource("untrusted")
    void aMailServerWithACertificateThatIsNotGoodIsSentNothingAfterStartTls(SSLContext shown, String reason)
            throws Exception {
        try (TlsFront mail = TlsFront.startTls(cloud.mailbox().port(), shown)) {
            isSentNothing(mail, MailSettings.Tls.STARTTLS, reason);
        }
    }

    @ParameterizedTest
    @MethodSource("untrusted")
    void aMailServerWithACertificateThatIsNotGoodIsSentNothingOverTls(SSLContext shown, String reason)
            throws Exception {
        try (TlsFront mail = TlsFront.implicit(cloud.mailbox().port(), shown)) {
            isSentNothing(mail, MailSettings.Tls.IMPLICIT, reason);
        }
    }

    private void isSentNothing(TlsFront mail, MailSettings.Tls tls, String reason) {
        assertThat(askMail(mail, tls, Optional.of(authorities)))
                .contains("is not trusted, and was sent nothing", reason, "reactor.mail.ca")
                .doesNotContain(PASSWORD);
        assertThat(mail.passed()).isZero();
        // Not tried again with those that Java trusts.
        assertThat(mail.connections()).isEqualTo(1);
    }

    @Test
    void aMailServerOfTheGivenAuthorityIsAskedToLogIn() throws Exception {
        try (TlsFront startTls = TlsFront.startTls(cloud.mailbox().port(), authority.server(HERE));
                TlsFront implicit = TlsFront.implicit(cloud.mailbox().port(), authority.server(HERE))) {
            assertThat(askMail(startTls, MailSettings.Tls.STARTTLS, Optional.of(authorities)))
                    .contains("does not accept the login");
            assertThat(askMail(implicit, MailSettings.Tls.IMPLICIT, Optional.of(authorities)))
                    .contains("does not accept the login");
        }
    }

    @Test
    void withoutAGivenAuthorityJavaDoesNotTrustIt() throws Exception {
        try (TlsFront mail = TlsFront.startTls(cloud.mailbox().port(), authority.server(HERE))) {
            assertThat(askMail(mail, MailSettings.Tls.STARTTLS, Optional.empty()))
                    .contains("is not trusted");
        }
    }

    private List<Finding> askSalt() throws Exception {
        SaltSettings settings = rehearsal.context().getRegistry().findSingleByType(SaltSettings.class);
        return new SaltPermissions(settings, rehearsal.context().createProducerTemplate()).findings();
    }

    private static String askMail(TlsFront mail, MailSettings.Tls tls, Optional<Authorities> authorities) {
        MailSettings settings = new MailSettings(
                Optional.of(HERE),
                mail.port(),
                Optional.of("reactor"),
                Optional.of(PASSWORD),
                "reactor@example.org",
                List.of("admin@example.org"),
                "Reactor",
                tls,
                Duration.ofMinutes(1),
                12,
                authorities);
        return new MailServer(settings).findings().toString();
    }
}
