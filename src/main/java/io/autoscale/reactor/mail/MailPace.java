package io.autoscale.reactor.mail;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Says whether a mail is due, so that hundreds of failures become a handful of mails. The first mail for an hour is due at
 * once. Each further one is due a pause after the last, which doubles with every mail of the last hour; and no hour has
 * more mails than its limit. It remembers nothing across a restart, after which the next mail is due at once.
 */
public final class MailPace {

    static final Duration LONGEST_PAUSE = Duration.ofMinutes(15);

    /** Longer than any mail is ever put off. */
    public static final Duration LONGEST_WAIT = Duration.ofHours(2);

    private static final Duration HOUR = Duration.ofHours(1);
    private static final int MOST_DOUBLINGS = 20;

    private final Duration pause;
    private final int perHour;
    private final Clock clock;

    /** The mails of the last hour, the oldest first. */
    private final Deque<Instant> mails = new ArrayDeque<>();

    /**
     * @param pause after a mail that was the first for an hour; none: only the limit holds mails back
     * @param perHour how many mails at most
     */
    public MailPace(Duration pause, int perHour, Clock clock) {
        this.pause = pause;
        this.perHour = perHour;
        this.clock = clock;
    }

    /** @throws TooSoon if no mail is due yet */
    public synchronized void checkDue() throws TooSoon {
        Instant now = clock.instant();
        // One that is yet to come is from before the clock was set back.
        mails.removeIf(mail -> !mail.isAfter(now.minus(HOUR)) || mail.isAfter(now));
        if (mails.isEmpty()) {
            return;
        }
        Instant due = mails.getLast().plus(pauseAfter(mails.size()));
        if (mails.size() >= perHour && mails.getFirst().plus(HOUR).isAfter(due)) {
            due = mails.getFirst().plus(HOUR);
        }
        if (now.isBefore(due)) {
            throw new TooSoon("The next mail is due at " + due + ", after " + mails.size()
                    + " in the last hour. What there is to tell waits for it.");
        }
    }

    /** Counts a mail that was sent just now. */
    public synchronized void mailed() {
        mails.addLast(clock.instant());
    }

    private Duration pauseAfter(int mails) {
        Duration longer = pause.multipliedBy(1L << Math.min(mails - 1, MOST_DOUBLINGS));
        return longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
    }
}
