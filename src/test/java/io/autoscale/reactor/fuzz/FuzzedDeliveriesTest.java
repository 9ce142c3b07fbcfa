package io.autoscale.reactor.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoscale.reactor.event.Event;
import io.autoscale.reactor.fuzz.Connection.Answer;
import io.autoscale.reactor.fuzz.Delivery.Kind;
import io.autoscale.reactor.mail.Notice;
import io.autoscale.reactor.sns.RunningWebhook;
import io.autoscale.reactor.sns.SnsSettings.Confirm;
import io.autoscale.reactor.standin.SnsSigner;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.mock.MockEndpoint;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.services.sns.model.ConfirmSubscriptionRequest;

/** Deliveries changed by chance, over HTTP, against the running webhook. */
class FuzzedDeliveriesTest {

    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final long DELIVERIES = Long.getLong("fuzz.deliveries", 2000);
    private static final int CONNECTIONS = 8;
    /** In a long run it is told after so many how it goes. */
    private static final long REPORTED = 100_000;

    private static final int MOST_PROBLEMS = 5;

    private static final Set<Integer> REFUSED = Set.of(400, 403, 404, 405, 408, 411, 413, 414, 415, 429, 431);

    /** All that the webhook ever says; far more of them would mean that it repeats what it was sent. */
    private static final int MOST_SENTENCES = 100;

    /** In bytes; the messages that {@link SignedBySns} remembers take 12 MiB. */
    private static final long MOST_GROWTH = 20 << 20;

    private static final Pattern ID = Pattern.compile("(?<=^Refused )delivery [0-9A-Za-z]{1,100}(?=: )");
    private static final Pattern CERTIFICATE =
            Pattern.compile("https://sns\\.us-east-1\\.amazonaws\\.com/[A-Za-z0-9_-]+\\.pem");

    private final SnsSigner sns = new SnsSigner("us-east-1", Clock.systemUTC());
    private final SignedBySns signed = new SignedBySns();
    private final Map<String, AtomicInteger> stored = new ConcurrentHashMap<>();
    private final Set<String> fetched = ConcurrentHashMap.newKeySet();
    private final List<String> problems = new CopyOnWriteArrayList<>();
    private final Map<String, LongAdder> tally = new ConcurrentSkipListMap<>();
    private final Map<String, LongAdder> sentences = new ConcurrentHashMap<>();
    private final AtomicLong turns = new AtomicLong();
    private final Instant start = Instant.now();

    @Test
    void nothingButWhatSnsSignedIsStoredAndNothingBreaks() throws Exception {
        try (Trouble trouble = new Trouble();
                RunningWebhook webhook = new RunningWebhook(
                        sns,
                        watched(sns.certificateClient()),
                        RunningWebhook.settings(Confirm.AUTO, Set.of("1", "2")))) {
            watch(webhook.events(), this::stored);
            watch(webhook.notices(), this::told);
            List<Deliveries> senders = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                senders.add(new Deliveries(sns, SEED, i, signed));
            }
            deliver(webhook, senders, DELIVERIES / 10);
            long early = liveHeap();
            deliver(webhook, senders, DELIVERIES);
            long late = liveHeap();

            report(DELIVERIES);
            System.out.printf("live heap %d MiB after a tenth, %d MiB at the end%n", early >> 20, late >> 20);
            assertThat(problems).as("seed " + SEED).isEmpty();
            assertThat(tally.values().stream().mapToLong(LongAdder::sum).sum())
                    .as("deliveries that were judged")
                    .isEqualTo(DELIVERIES);
            assertThat(trouble.lines()).as("log, seed " + SEED).isEmpty();
            assertThat(sentences).as("all that was answered").hasSizeLessThan(MOST_SENTENCES);
            assertThat(late).as("live heap in bytes").isLessThan(early + MOST_GROWTH);
        }
    }

    private void report(long deliveries) {
        System.out.printf("seed %d: %d deliveries in %s%n", SEED, deliveries, Duration.between(start, Instant.now()));
        tally.forEach((what, times) -> System.out.printf("%9d  %s%n", times.sum(), what));
        sentences.forEach((what, times) -> System.out.printf("%9d  %s%n", times.sum(), what.strip()));
    }

    private void deliver(RunningWebhook webhook, List<Deliveries> senders, long until) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (Deliveries deliveries : senders) {
            Thread thread = new Thread(() -> deliver(webhook, deliveries, until), "fuzz");
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        checkConfirmed(webhook);
    }

    /** Looks at what was confirmed since, and keeps none of it. */
    private void checkConfirmed(RunningWebhook webhook) {
        List<ConfirmSubscriptionRequest> confirmed = List.copyOf(webhook.confirmed);
        confirmed.forEach(request -> {
            if (!signed.hasToken(request.token())) {
                problems.add("confirmed, but not signed: " + request);
            }
        });
        webhook.confirmed.removeAll(confirmed);
    }

    private void deliver(RunningWebhook webhook, Deliveries deliveries, long until) {
        try (Connection connection = new Connection(webhook.port())) {
            for (long turn = turns.getAndIncrement(); turn < until; turn = turns.getAndIncrement()) {
                if (turn % 1000 == 0) {
                    checkConfirmed(webhook);
                }
                if (turn > 0 && turn % REPORTED == 0) {
                    report(turn);
                }
                Delivery delivery = deliveries.next(turn);
                try {
                    judge(turn, delivery, connection.send(delivery), deliveries);
                } catch (IOException e) {
                    problem(turn, delivery, e.toString());
                    connection.end();
                }
                if (problems.size() >= MOST_PROBLEMS) {
                    return;
                }
            }
        } catch (IOException | RuntimeException e) {
            problems.add(e + " " + List.of(e.getStackTrace()));
        } finally {
            // The one that was too many.
            turns.decrementAndGet();
        }
    }

    private void judge(long turn, Delivery delivery, Optional<Answer> answer, Deliveries deliveries) {
        int status = answer.map(Answer::status).orElse(0);
        count(tally, delivery.kind() + " " + (status == 0 ? "closed" : status));
        answer.ifPresent(given ->
                count(sentences, given.status() + " " + ID.matcher(given.body()).replaceFirst("delivery ID")));
        AtomicInteger now = stored.remove(delivery.messageId());
        int times = now == null ? 0 : now.get();
        if (status == 0) {
            if (delivery.due().isOrderly()) {
                problem(turn, delivery, "no answer");
            }
            deliveries.renew(delivery.messageId(), turn);
            return;
        }
        if (status == 200) {
            boolean confirmation = signed.isConfirmation(delivery.messageId());
            if (times != (confirmation ? 0 : 1)) {
                problem(turn, delivery, "answered 200, but stored " + times + " times");
            }
        } else if (times != 0) {
            problem(turn, delivery, "answered " + status + ", but stored");
        } else if (!REFUSED.contains(status) || delivery.due() == Delivery.Due.ACCEPTED) {
            problem(turn, delivery, "answered " + status + " " + answer.get().body());
        }
        if (delivery.kind() == Kind.FOREIGN_TOPIC && (status != 403 || fetched.contains(delivery.untouchable()))) {
            problem(turn, delivery, "of a foreign topic, but answered " + status + ", or its certificate was fetched");
        }
        if (Set.of(Kind.FOREIGN_TOPIC, Kind.MESSAGE_CHANGED_THEN_SIGNED, Kind.ENVELOPE_CHANGED_THEN_SIGNED)
                .contains(delivery.kind())) {
            signed.retire(delivery.messageId());
        }
    }

    private void problem(long turn, Delivery delivery, String what) {
        problems.add("turn " + turn + ", " + delivery.kind() + ": " + what + "\n" + delivery.shown());
    }

    private static void count(Map<String, LongAdder> counts, String what) {
        LongAdder known = counts.get(what);
        if (known == null && counts.size() < 1000) {
            known = counts.computeIfAbsent(what, any -> new LongAdder());
        }
        if (known != null) {
            known.increment();
        }
    }

    /** An exchange goes by, and is not kept. */
    private static void watch(MockEndpoint queue, Processor watcher) {
        queue.setRetainFirst(0);
        queue.setRetainLast(0);
        queue.whenAnyExchangeReceived(watcher);
    }

    private void stored(Exchange exchange) throws Exception {
        String body = exchange.getMessage().getBody(String.class);
        try {
            Event event = RunningWebhook.JSON.readValue(body, Event.class);
            assertThat(exchange.getMessage().getHeaders()).isEqualTo(Map.of("_AMQ_DUPL_ID", event.id()));
            assertThat(signed.event(event.id())).contains(event);
            if (event.kind().endsWith("Confirmation")) {
                assertThat(WellFormed.isOneLine(event.detail(), 2000)).isTrue();
            } else {
                WellFormed.check(event, signed.message(event.id()));
            }
            stored.computeIfAbsent(event.id(), any -> new AtomicInteger()).incrementAndGet();
        } catch (AssertionError e) {
            problems.add("stored: " + body + ": " + e.getMessage());
        }
    }

    private void told(Exchange exchange) throws Exception {
        Notice notice = RunningWebhook.JSON.readValue(exchange.getMessage().getBody(String.class), Notice.class);
        if (!notice.text().lines().allMatch(line -> WellFormed.isOneLine(line, 500))) {
            problems.add("told: " + notice);
        }
    }

    private SdkHttpClient watched(SdkHttpClient certificates) {
        return new SdkHttpClient() {
            @Override
            public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
                URI uri = request.httpRequest().getUri();
                if (!CERTIFICATE.matcher(uri.toString()).matches()) {
                    problems.add("fetched: " + uri);
                }
                fetched.add(uri.toString());
                return certificates.prepareRequest(request);
            }

            @Override
            public void close() {
                certificates.close();
            }
        };
    }

    private static long liveHeap() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
