package io.autoscale.reactor.mail;

import io.autoscale.reactor.event.Event;
import io.autoscale.reactor.event.Foreign;
import io.autoscale.reactor.event.InstanceId;
import io.autoscale.reactor.event.Work;
import io.autoscale.reactor.failure.Outages;
import io.autoscale.reactor.salt.MinionKey;
import io.autoscale.reactor.salt.MinionKeys;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.camel.Body;
import org.apache.camel.Variable;

/** Writes what the administrators are told: what failed, for which instance, what is left behind, what to do next. */
public final class Notices {

    private static final String HOST_KEY_MISMATCH = "host-key-mismatch";
    private static final String ASK_WHO_ANSWERS =
            "Find out who answers at this address before anything else: compare the keys with"
                    + " aws ec2 get-console-output --latest, and ask who runs the network (routes, addresses, proxies) and who"
                    + " may have made the host keys anew (user data, image). Only when the instance itself answers: ";

    private final MailSettings settings;
    private final Clock clock;

    public Notices(MailSettings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /** Auto Scaling or SNS announced something that a person has to look at. */
    public Notice announced(@Variable("event") Event event) {
        Map<String, String> facts = facts(event);
        facts.put("What it says", event.detail().isBlank() ? "nothing more" : event.detail());
        facts.put("Left behind", "nothing; no key was touched");
        facts.put("What to do", nextStep(event));
        return notice("announced", event.kind() + of(event), "This was announced.", facts, event);
    }

    /** An instance was announced as terminated, and lives on. */
    public Notice alive(@Body Event event) {
        Map<String, String> facts = facts(event);
        facts.put("Left behind", "its Salt key, as EC2 does not say that the instance is gone");
        facts.put(
                "What to do",
                "If it is to go, terminate it; its key goes with the next announcement. If its group is in a region other than"
                        + " that of reactor.aws.region, run a reactor for that region.");
        return notice(
                "alive",
                "announced as terminated but not known to be gone" + of(event),
                "An instance was announced as terminated, but EC2 does not say so.",
                facts,
                event);
    }

    /** A key that is not the instance's stood on the master under its id. */
    public Notice foreignKey(
            @Variable("event") Event event,
            @Variable("standing") MinionKeys.Standing standing,
            @Variable("minionKey") MinionKey shown) {
        Map<String, String> facts = facts(event);
        facts.put("Found in", String.join(", ", standing.foreign()));
        facts.put("Expected key", shown.fingerprint() + ", shown by the instance over SSH");
        facts.put("Left behind", "nothing: the other key was removed, and the right one is waited for");
        facts.put(
                "What to do",
                "Find out who registered it: an image baked with a minion key, an earlier life of the id, or an intruder"
                        + " who reaches the master's port 4506.");
        return notice(
                "foreign-key",
                "another key under the id" + of(event),
                "A key that is not the instance's stood on the Salt master under its id. It was never accepted by the reactor.",
                facts,
                event);
    }

    /** A system around us is away for longer than patience lasts, or is back. */
    public Notice outage(@Body Outages.News news) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("System", news.system());
        facts.put("Away since", String.valueOf(news.since().truncatedTo(ChronoUnit.SECONDS)));
        facts.put("What it said", news.says());
        facts.put(
                "Left behind",
                news.over()
                        ? "nothing; what waited is taken up again by itself"
                        : "nothing is lost or given up: launches and deletions of keys that need it wait, however long it takes");
        facts.put(
                "What to do",
                news.over()
                        ? "nothing"
                        : "See to " + news.system()
                                + ". Nothing has to be done to the reactor; another notice follows when it answers again.");
        return new Notice(
                news.over() ? "outage-over" : "outage",
                settings.subject() + ": " + news.system() + (news.over() ? " answers again" : " does not answer"),
                text(
                        news.over()
                                ? "A system that the reactor needs answers again."
                                : "A system that the reactor needs has not answered for a while.",
                        facts),
                Optional.empty(),
                "",
                clock.instant());
    }

    /** Work was given up and parked. */
    public Notice gaveUp(
            @Variable("event") Event event,
            @Variable("attempt") Integer attempts,
            @Variable("failure") String failure,
            @Variable("leftBehind") String leftBehind,
            @Variable("launchFailureKind") String kind) {
        boolean notProven = HOST_KEY_MISMATCH.equals(kind);
        Map<String, String> facts = facts(event);
        facts.put("Attempts", String.valueOf(attempts));
        facts.put("What failed", failure);
        facts.put("Left behind", leftBehind);
        facts.put(
                "What to do",
                (notProven ? ASK_WHO_ANSWERS : "Mend what failed, then: ") + "bin/reactor replay "
                        + event.instance().map(InstanceId::value).orElse(event.id()));
        if (notProven) {
            return notice(
                    HOST_KEY_MISMATCH,
                    "host key mismatch" + of(event),
                    "The SSH server at the instance's address is not proven to be the instance. The reactor does not try again.",
                    facts,
                    event);
        }
        String what = event.work() == Work.BOOTSTRAP ? "bootstrap failed" : "deleting the key failed";
        return notice("gave-up", what + of(event), "The reactor gave up on this work and parked it.", facts, event);
    }

    /** A message on a queue could not be read. */
    public Notice unreadable(@Variable("queue") String queue, @Variable("failure") String failure) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Queue", queue);
        facts.put("What failed", failure);
        facts.put("Left behind", "the message, on the queue parked");
        facts.put("What to do", "Find out who sent it: only reactors of one version should write to this broker.");
        return new Notice(
                "unreadable",
                settings.subject() + ": a message on the queue " + queue + " cannot be read",
                text("A message on a queue cannot be read. It was parked unread.", facts),
                Optional.empty(),
                "",
                clock.instant());
    }

    private Notice notice(String kind, String subject, String opening, Map<String, String> facts, Event event) {
        return new Notice(
                kind,
                settings.subject() + ": " + subject,
                text(opening, facts),
                event.instance(),
                event.group(),
                clock.instant());
    }

    private static Map<String, String> facts(Event event) {
        Map<String, String> facts = new LinkedHashMap<>();
        event.instance().ifPresent(id -> facts.put("Instance", id.value()));
        if (!event.group().isBlank()) {
            facts.put("Group", event.group());
        }
        facts.put("Announced", event.kind() + " at " + event.time().truncatedTo(ChronoUnit.SECONDS));
        facts.put("MessageId", event.id());
        facts.put("Topic", event.topic());
        return facts;
    }

    private static String nextStep(Event event) {
        return event.kind().contains("LAUNCH_ERROR") || event.kind().contains("Launch Unsuccessful")
                ? "Mend the cause in the group's launch template or limits; Auto Scaling tries again by itself."
                : event.kind().equals("UnsubscribeConfirmation")
                        ? "If nobody meant to end this subscription, subscribe the webhook's URL to the topic again."
                        : event.kind().equals("SubscriptionConfirmation")
                                ? "If you made this subscription, open the link above once."
                                : "Look at the group's activity history in the EC2 console.";
    }

    private static String of(Event event) {
        String instance = event.instance().map(id -> " " + id).orElse("");
        String group = event.group().isBlank() ? "" : " (group " + event.group() + ")";
        return instance + group;
    }

    private static String text(String opening, Map<String, String> facts) {
        List<String> lines = facts.entrySet().stream()
                .map(fact -> String.format("%-13s %s", fact.getKey() + ":", Foreign.line(fact.getValue())))
                .toList();
        return lines.stream().collect(Collectors.joining("\n", opening + "\n\n", "\n"));
    }
}
