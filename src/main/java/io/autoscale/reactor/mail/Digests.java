package io.autoscale.reactor.mail;

import io.autoscale.reactor.queue.Json;
import io.autoscale.reactor.queue.Unreadable;
import io.autoscale.reactor.queue.Waiting;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.Body;
import org.apache.camel.Variable;

/** Writes the mails: one notice as it is, several as a digest that names each of them in a line, and then has all in full. */
public final class Digests {

    /** Characters of a subject, and of a line for a notice. */
    private static final int LONGEST_LINE = 300;

    private final MailSettings settings;
    private final Json json;

    public Digests(MailSettings settings, Json json) {
        this.settings = settings;
        this.json = json;
    }

    /** A notice, and the text of the message that it was read from. */
    public record Stored(String message, Notice notice) {}

    /** What was taken from the queue: notices, and texts that are none. */
    public record Batch(List<Stored> notices, List<String> unreadable) {}

    /** What is mailed. */
    public record Mail(String subject, String text) {}

    /** Reads what was taken from the queue; an unreadable message does not keep the others from being mailed. */
    public Batch read(@Body List<Waiting.Message> taken) {
        Batch batch = new Batch(new ArrayList<>(), new ArrayList<>());
        for (Waiting.Message message : taken) {
            try {
                batch.notices().add(new Stored(message.body(), json.read(message.body(), Notice.class, "a notice")));
            } catch (Unreadable e) {
                batch.unreadable().add(message.body());
            }
        }
        return batch;
    }

    /** The mail that tells all notices of a batch, of which there is at least one. */
    public Mail compose(@Variable("batch") Batch batch) {
        List<Notice> notices = batch.notices().stream().map(Stored::notice).toList();
        if (notices.size() == 1) {
            return new Mail(notices.get(0).subject(), notices.get(0).text());
        }
        String summary = notices.size() + " notices: " + kinds(notices);
        return new Mail(bounded(settings.subject() + ": " + summary), digest(summary, notices));
    }

    /** How many of which kind, in the order in which they first appear. */
    private static String kinds(List<Notice> notices) {
        Map<String, Long> kinds = notices.stream()
                .collect(Collectors.groupingBy(Notice::kind, LinkedHashMap::new, Collectors.counting()));
        return bounded(kinds.entrySet().stream()
                .map(kind -> kind.getValue() + " " + kind.getKey())
                .collect(Collectors.joining(", ")));
    }

    private String digest(String summary, List<Notice> notices) {
        StringBuilder text = new StringBuilder(summary).append("\n\n");
        notices.forEach(notice -> text.append(line(notice)).append('\n'));
        text.append(
                """

                Each follows in full, with what to do about it. Work that was given up is parked: bin/reactor parked lists it.
                Once what failed is mended, bin/reactor replay INSTANCE has it done again, and bin/reactor replay all does so
                for all of it.
                """);
        int number = 0;
        for (Notice notice : notices) {
            number++;
            text.append("\n-- %d of %d: %s\n\n".formatted(number, notices.size(), bounded(notice.subject())))
                    // Nothing that a text says looks like a line of the digest itself.
                    .append(notice.text().indent(4));
        }
        return text.toString();
    }

    /** When, what, which instance, which group. */
    private String line(Notice notice) {
        String prefix = settings.subject() + ": ";
        String subject = notice.subject();
        StringBuilder line = new StringBuilder()
                .append(notice.time().truncatedTo(ChronoUnit.SECONDS))
                .append("  ")
                .append(bounded(subject.startsWith(prefix) ? subject.substring(prefix.length()) : subject));
        notice.instance().filter(id -> line.indexOf(id.value()) < 0).ifPresent(id -> line.append(' ')
                .append(id));
        String group = bounded(notice.group());
        if (line.indexOf(group) < 0) {
            line.append(" (group ").append(group).append(')');
        }
        return line.toString();
    }

    private static String bounded(String text) {
        return text.codePointCount(0, text.length()) <= LONGEST_LINE
                ? text
                : text.substring(0, text.offsetByCodePoints(0, LONGEST_LINE)) + " ...";
    }
}
