package io.autoscale.reactor.check;

import io.autoscale.reactor.mail.MailSettings;
import io.autoscale.reactor.tls.CertificateProblem;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import javax.net.ssl.SSLException;

/** Connects to the mail server as for a notice, up to the moment at which it would be sent. */
final class MailServer implements Probe {

    private static final String TIME = "8000";

    private final MailSettings settings;

    MailServer(MailSettings settings) {
        this.settings = settings;
    }

    @Override
    public List<Finding> findings() {
        if (settings.host().isEmpty()) {
            return List.of(Finding.ok("none: notices go to the log"));
        }
        Properties properties = settings.javaMailProperties();
        properties.setProperty("mail.smtp.connectiontimeout", TIME);
        properties.setProperty("mail.smtp.timeout", TIME);
        String server = settings.host().get() + ":" + settings.port();
        try (Transport transport = Session.getInstance(properties).getTransport("smtp")) {
            transport.connect(
                    settings.host().get(),
                    settings.port(),
                    settings.username().orElse(null),
                    settings.password().orElse(null));
            return List.of(Finding.ok(settings.toString()));
        } catch (AuthenticationFailedException e) {
            return List.of(Finding.failed("The mail server " + server + " does not accept the login."
                    + " Check reactor.mail.username and reactor.mail.password."));
        } catch (MessagingException e) {
            return List.of(Finding.failed(explain(server, e)));
        }
    }

    private String explain(String server, MessagingException failure) {
        Optional<String> certificate = CertificateProblem.of(failure);
        if (certificate.isPresent()) {
            return "The mail server " + server + " is not trusted, and was sent nothing: " + certificate.get()
                    + ". Check reactor.mail.host and reactor.mail.ca.";
        }
        String hint = "Check reactor.mail.host, reactor.mail.port and the network.";
        Throwable cause = failure.getNextException() == null ? failure : failure.getNextException();
        if (cause instanceof SSLException) {
            hint = settings.tls() == MailSettings.Tls.IMPLICIT
                    ? "Set reactor.mail.tls=starttls if this is no TLS port; else it must speak TLS 1.2 or 1.3."
                    : "It must speak TLS 1.2 or 1.3.";
        } else if (String.valueOf(failure.getMessage()).contains("STARTTLS")) {
            hint = "Set reactor.mail.tls to implicit or none if the server has no STARTTLS.";
        }
        return "The mail server " + server + " cannot be used: " + failure.getMessage() + ". " + hint;
    }
}
