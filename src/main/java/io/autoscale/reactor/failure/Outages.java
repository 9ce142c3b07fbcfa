package io.autoscale.reactor.failure;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Knows which of the systems around us are away, and what is to be told of that: that one has not answered for as long as
 * patience lasts, and later that it answers again. Kept in memory: a reactor that starts during an outage tells it anew.
 */
public final class Outages {

    private final Duration patience;
    private final Clock clock;

    // All below guarded by this.
    private final Map<String, Away> away = new HashMap<>();
    private final Map<String, Instant> answered = new HashMap<>();
    private final List<News> news = new ArrayList<>();

    private record Away(Instant since, String says, boolean told) {}

    /**
     * What is to be told.
     *
     * @param since when the system was first found away
     * @param says what its last answer was, or that there was none
     * @param over whether it answers again
     */
    public record News(String system, Instant since, String says, boolean over) {}

    /** @param patience how long an outage is not worth telling */
    public Outages(Duration patience, Clock clock) {
        this.patience = patience;
        this.clock = clock;
    }

    /** Notes that a call met an outage. */
    public synchronized void met(Outage outage) {
        String says = Cause.inOneLine(outage);
        away.compute(
                outage.system(),
                (system, known) -> known == null
                        ? new Away(clock.instant(), says, false)
                        : new Away(known.since, says, known.told));
    }

    /** Notes that a system answered a call. */
    public synchronized void answered(String system) {
        answered.put(system, clock.instant());
        Away over = away.remove(system);
        if (over != null && over.told) {
            news.add(new News(system, over.since, over.says, true));
        }
    }

    /**
     * Whether the system has answered nobody since then. If it answers others, it is not away: what goes wrong has to do with
     * this work.
     */
    public synchronized boolean isAwaySince(Outage outage, Instant since) {
        Instant last = answered.get(outage.system());
        return last == null || !last.isAfter(since);
    }

    /** What is to be told and has not been told yet; each piece of news once. */
    public synchronized List<News> news() {
        List<News> all = new ArrayList<>(news);
        news.clear();
        away.replaceAll((system, now) -> {
            if (now.told || clock.instant().isBefore(now.since.plus(patience))) {
                return now;
            }
            all.add(new News(system, now.since, now.says, false));
            return new Away(now.since, now.says, true);
        });
        return all;
    }
}
