package io.autoscale.reactor.mail;

import io.autoscale.reactor.tls.Authorities;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import org.apache.camel.util.TimeUtils;

/**
 * Where notices are mailed.
 *
 * @param host mail server; empty: notices go to the log only
 * @param to addresses of the administrators
 * @param subject what every subject begins with
 * @param pause after a mail that was the first for an hour; doubled after each further one, see {@link MailPace}
 * @param perHour how many mails at most
 * @param authorities that the server's certificate comes from; empty: those that Java trusts
 */
public record MailSettings(
        Optional<String> host,
        int port,
        Optional<String> username,
        Optional<String> password,
        String from,
        List<String> to,
        String subject,
        Tls tls,
        Duration pause,
        int perHour,
        Optional<Authorities> authorities) {

    /** How the connection to the mail server is protected. */
    public enum Tls {
        STARTTLS,
        IMPLICIT,
        NONE
    }

    public MailSettings {
        to = List.copyOf(to);
        if (pause.compareTo(MailPace.LONGEST_PAUSE) > 0) {
            throw new IllegalArgumentException("reactor.mail.pause is " + TimeUtils.printDuration(pause)
                    + ": expected at most " + TimeUtils.printDuration(MailPace.LONGEST_PAUSE) + ".");
        }
    }

    /** What Angus Mail needs to know beside host and port. */
    public Properties javaMailProperties() {
        Properties properties = new Properties();
        properties.setProperty("mail.smtp.connectiontimeout", "15000");
        properties.setProperty("mail.smtp.timeout", "20000");
        properties.setProperty("mail.smtp.writetimeout", "20000");
        // One bad address must not keep the notice from the others.
        properties.setProperty("mail.smtp.sendpartial", "true");
        properties.setProperty("mail.smtp.auth", String.valueOf(username.isPresent()));
        properties.setProperty("mail.smtp.starttls.enable", String.valueOf(tls == Tls.STARTTLS));
        properties.setProperty("mail.smtp.starttls.required", String.valueOf(tls == Tls.STARTTLS));
        properties.setProperty("mail.smtp.ssl.enable", String.valueOf(tls == Tls.IMPLICIT));
        properties.setProperty("mail.smtp.ssl.checkserveridentity", "true");
        properties.setProperty("mail.smtp.ssl.protocols", String.join(" ", Authorities.PROTOCOLS));
        authorities.ifPresent(trusted -> properties.put("mail.smtp.ssl.socketFactory", trusted.sockets()));
        // Else a server that these authorities do not vouch for is tried again with those that Java trusts.
        properties.setProperty("mail.smtp.socketFactory.fallback", "false");
        return properties;
    }

    /** The administrators' addresses, as a header has them. */
    public String recipients() {
        return String.join(", ", to);
    }

    @Override
    public String toString() {
        return host.map(h ->
                        h + ":" + port + " (" + tls.name().toLowerCase(Locale.ROOT) + ") to " + String.join(", ", to))
                .orElse("none, notices go to the log");
    }
}
