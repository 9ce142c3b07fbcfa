package io.autoscale.reactor;

import io.autoscale.reactor.admin.ManagementPort;
import io.autoscale.reactor.failure.PatienceSettings;
import io.autoscale.reactor.mail.MailSettings;
import io.autoscale.reactor.queue.BrokerSettings;
import io.autoscale.reactor.salt.SaltSettings;
import io.autoscale.reactor.sns.SnsSettings;
import io.autoscale.reactor.sns.TopicArn;
import io.autoscale.reactor.sns.WebhookCertificate;
import io.autoscale.reactor.ssh.AddressChoice;
import io.autoscale.reactor.ssh.BootstrapSettings;
import io.autoscale.reactor.ssh.HostKeyCheck;
import io.autoscale.reactor.ssh.SshKeyFile;
import io.autoscale.reactor.ssh.SshSettings;
import io.autoscale.reactor.tls.Authorities;
import io.autoscale.reactor.tls.Loopback;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The settings of {@code application.properties}, typed and checked.
 *
 * @param webhookCertificate with which the webhook speaks TLS; empty: it speaks plain HTTP, or TLS by {@code camel.ssl.*}
 * @param region of EC2 and Auto Scaling; empty: the AWS SDK finds it by itself
 * @param batchSize deletions that share one call, at most
 * @param checkDelay before an instance that is not gone yet is looked at again
 * @param secretFiles the SSH key, and each file that a secret was read from
 */
public record Settings(
        SnsSettings sns,
        Optional<WebhookCertificate> webhookCertificate,
        Optional<String> region,
        SaltSettings salt,
        SshSettings ssh,
        BootstrapSettings bootstrap,
        int batchSize,
        Duration checkDelay,
        PatienceSettings patience,
        MailSettings mail,
        BrokerSettings broker,
        Set<Path> secretFiles) {

    private static final String CERTIFICATE = "reactor.webhook.certificate";
    private static final String PRIVATE_KEY = "reactor.webhook.private-key";

    /**
     * Reads all settings.
     *
     * @param home directory that relative paths start from
     * @param lookup gives the value of a key, if there is one
     * @throws InvalidSettings naming every setting that is missing or malformed
     */
    static Settings read(Path home, Function<String, Optional<String>> lookup) {
        SettingsReader in = new SettingsReader(home, lookup);
        SnsSettings sns = in.group(() -> new SnsSettings(
                in.text("reactor.webhook.path"),
                in.list("reactor.sns.topics", ",", TopicArn::new),
                in.choice("reactor.sns.confirm", SnsSettings.Confirm.class),
                in.duration("reactor.sns.max-age"),
                Set.copyOf(in.list("reactor.sns.signature-versions", ",", Function.identity()))));
        Optional<WebhookCertificate> certificate = webhookCertificate(in);
        SaltSettings salt = in.group(() -> salt(in));
        SshSettings ssh = in.group(() -> ssh(in));
        BootstrapSettings bootstrap = in.group(() -> new BootstrapSettings(
                in.readableFile("reactor.bootstrap.script"),
                in.duration("reactor.bootstrap.timeout"),
                in.number("reactor.bootstrap.attempts", 1, 100),
                in.duration("reactor.bootstrap.retry-delay"),
                in.optional("reactor.bootstrap.url").orElse(""),
                in.optional("reactor.bootstrap.version").orElse(""),
                in.optional("reactor.bootstrap.arguments").orElse(""),
                in.optional("reactor.bootstrap.sha256").orElse("")));
        int batchSize = in.number("reactor.terminate.batch-size", 1, 10_000);
        Duration checkDelay = in.duration("reactor.terminate.check-delay");
        PatienceSettings patience = in.group(() -> new PatienceSettings(
                in.duration("reactor.patience.instance"),
                in.duration("reactor.patience.ssh"),
                in.duration("reactor.patience.minion"),
                in.duration("reactor.patience.outage")));
        MailSettings mail = in.group(() -> mail(in));
        BrokerSettings broker = in.group(() -> new BrokerSettings(
                in.text("reactor.broker.url"),
                in.optional("reactor.broker.username"),
                in.secret("reactor.broker.password"),
                in.path("reactor.data")));
        in.number("camel.server.port", 0, 65535);
        in.number("camel.management.port", 0, 65535);
        new ManagementPort(in::optional).problem().ifPresent(in::problem);
        Optional<String> region = in.optional("reactor.aws.region");
        in.throwIfAnyProblem();
        return new Settings(
                sns,
                certificate,
                region,
                salt,
                ssh,
                bootstrap,
                batchSize,
                checkDelay,
                patience,
                mail,
                broker,
                in.secretFiles());
    }

    private static Optional<WebhookCertificate> webhookCertificate(SettingsReader in) {
        boolean chain = in.optional(CERTIFICATE).isPresent();
        boolean key = in.optional(PRIVATE_KEY).isPresent();
        if (chain != key) {
            in.problem((chain ? PRIVATE_KEY : CERTIFICATE) + " is missing: expected a PEM file, as "
                    + (chain ? CERTIFICATE : PRIVATE_KEY) + " is set.");
        }
        if (!chain || !key) {
            return Optional.empty();
        }
        if (in.optional("camel.server.useGlobalSslContextParameters")
                .filter("true"::equalsIgnoreCase)
                .isPresent()) {
            in.problem(CERTIFICATE
                    + " is set, and so is camel.server.useGlobalSslContextParameters: expected one of them.");
        }
        in.checkSecretFile(PRIVATE_KEY, file -> {});
        WebhookCertificate certificate = new WebhookCertificate(in.path(CERTIFICATE), in.path(PRIVATE_KEY));
        try {
            certificate.read();
        } catch (IllegalArgumentException e) {
            in.problem(e.getMessage());
        }
        return Optional.of(certificate);
    }

    private static SaltSettings salt(SettingsReader in) {
        URI url = in.url("reactor.salt.url");
        String username = in.text("reactor.salt.username");
        String password = in.requiredSecret("reactor.salt.password");
        String eauth = in.text("reactor.salt.eauth");
        Optional<String> master = in.optional("reactor.salt.master");
        return new SaltSettings(
                url,
                username,
                password,
                eauth,
                master.orElse(url.getHost()),
                in.duration("reactor.salt.timeout"),
                in.file("reactor.salt.ca", Authorities::of));
    }

    private static SshSettings ssh(SettingsReader in) {
        Path key = in.path("reactor.ssh.private-key");
        Optional<String> passphrase = in.secret("reactor.ssh.private-key-passphrase");
        in.checkSecretFile("reactor.ssh.private-key", file -> SshKeyFile.load(file, passphrase));
        return new SshSettings(
                in.text("reactor.ssh.user"),
                key,
                passphrase,
                in.number("reactor.ssh.port", 1, 65535),
                in.choice("reactor.ssh.address", AddressChoice.class),
                in.choice("reactor.ssh.host-key", HostKeyCheck.class),
                in.number("reactor.ssh.concurrency", 1, 10_000),
                in.duration("reactor.bootstrap.timeout"));
    }

    private static MailSettings mail(SettingsReader in) {
        Optional<String> host = in.optional("reactor.mail.host");
        List<String> to = in.list("reactor.mail.to", "[,;]", Function.identity());
        Optional<String> from = in.optional("reactor.mail.from");
        if (host.isPresent() && to.isEmpty()) {
            in.problem("reactor.mail.to is missing: expected the addresses to mail to, as reactor.mail.host is set.");
        }
        if (host.isPresent() && from.isEmpty()) {
            in.problem("reactor.mail.from is missing: expected the sender's address, as reactor.mail.host is set.");
        }
        return new MailSettings(
                host,
                in.number("reactor.mail.port", 1, 65535),
                in.optional("reactor.mail.username"),
                in.secret("reactor.mail.password"),
                from.orElse(""),
                to,
                in.text("reactor.mail.subject"),
                in.choice("reactor.mail.tls", MailSettings.Tls.class),
                in.duration("reactor.mail.pause"),
                in.number("reactor.mail.per-hour", 1, 1_000),
                in.file("reactor.mail.ca", Authorities::of));
    }

    /** Where a password crosses the network in clear, as these settings have it. */
    List<String> inClear() {
        List<String> found = new ArrayList<>();
        if ("http".equals(salt.url().getScheme())
                && !Loopback.isNamedBy(salt.url().getHost())) {
            found.add("The password of salt-api crosses the network in clear, as reactor.salt.url is not https.");
        }
        if (mail.tls() == MailSettings.Tls.NONE
                && mail.username().isPresent()
                && mail.host().filter(host -> !Loopback.isNamedBy(host)).isPresent()) {
            found.add("The password of the mail server crosses the network in clear, as reactor.mail.tls is none.");
        }
        return found;
    }

    /** Every setting but the secrets, for the log at start. */
    String summary() {
        return String.join(
                System.lineSeparator(),
                "topics:  " + sns.topics(),
                "aws:     region " + region.orElse("by the AWS SDK"),
                "salt:    " + salt,
                "ssh:     " + ssh,
                "mail:    " + mail,
                "broker:  " + broker);
    }

    @Override
    public String toString() {
        return summary();
    }
}
