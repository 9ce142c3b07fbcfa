package io.autoscale.reactor.chaos;

import io.autoscale.reactor.standin.SnsSigner;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Delivers as SNS does: what is answered with 5xx, 429, or not at all is delivered again a little later, the same text with
 * the same MessageId, up to a bound.
 */
final class SnsDeliveries implements AutoCloseable {

    private static final int MOST_TRIES = 300;
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final int LONGEST_PAUSE = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final int NO_ANSWER = -1;

    private final List<URI> webhooks;
    private final AtomicInteger next = new AtomicInteger();
    private final SnsSigner signer;
    private final List<Delivery> deliveries = new CopyOnWriteArrayList<>();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final ScheduledExecutorService workers = Executors.newScheduledThreadPool(16, task -> {
        Thread thread = new Thread(task, "sns");
        thread.setDaemon(true);
        return thread;
    });

    /** @param webhooks taken in turn, as a load balancer does */
    SnsDeliveries(List<URI> webhooks, SnsSigner signer) {
        this.webhooks = List.copyOf(webhooks);
        this.signer = signer;
    }

    /** Begins to deliver a body; {@code genuine} says whether it is to be believed. */
    Delivery deliver(String what, String body, boolean genuine) {
        Delivery delivery = new Delivery(what, body, genuine);
        deliveries.add(delivery);
        again(delivery, Duration.ZERO);
        return delivery;
    }

    List<Delivery> all() {
        return List.copyOf(deliveries);
    }

    /** How many tries came to nothing and were made again. */
    long retried() {
        return deliveries.stream()
                .mapToLong(delivery -> delivery.answers().stream()
                        .filter(SnsDeliveries::isRetried)
                        .count())
                .sum();
    }

    @Override
    public void close() {
        workers.shutdownNow();
    }

    private void again(Delivery delivery, Duration pause) {
        try {
            workers.schedule(() -> attempt(delivery), pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closing) {
            // Nobody waits for it any more.
        }
    }

    private void attempt(Delivery delivery) {
        int answer = post(delivery);
        delivery.answered(answer);
        if (isRetried(answer) && delivery.answers().size() < MOST_TRIES) {
            again(delivery, PAUSE.multipliedBy(Math.min(delivery.answers().size(), LONGEST_PAUSE)));
        }
    }

    private int post(Delivery delivery) {
        URI webhook = webhooks.get(Math.floorMod(next.getAndIncrement(), webhooks.size()));
        HttpRequest.Builder request = HttpRequest.newBuilder(webhook)
                .timeout(PATIENCE)
                .POST(HttpRequest.BodyPublishers.ofString(delivery.body()));
        signer.headers(delivery.body()).forEach(request::header);
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException e) {
            return NO_ANSWER;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return NO_ANSWER;
        }
    }

    private static boolean isRetried(int answer) {
        return answer == NO_ANSWER || answer == 429 || answer >= 500;
    }

    /** Something to deliver, and what was answered so far. */
    static final class Delivery {

        private final String what;
        private final String body;
        private final boolean genuine;
        private final List<Integer> answers = new ArrayList<>();

        Delivery(String what, String body, boolean genuine) {
            this.what = what;
            this.body = body;
            this.genuine = genuine;
        }

        String body() {
            return body;
        }

        boolean isGenuine() {
            return genuine;
        }

        synchronized List<Integer> answers() {
            return List.copyOf(answers);
        }

        private synchronized void answered(int status) {
            answers.add(status);
        }

        boolean isOver() {
            return answers().stream().anyMatch(answer -> !isRetried(answer));
        }

        /** Whether it came to what it should: 200 for what is genuine, a 4xx for what is not. */
        boolean isRight() {
            List<Integer> said = answers();
            int last = said.isEmpty() ? NO_ANSWER : said.get(said.size() - 1);
            return genuine ? last == 200 : last >= 400 && last < 500 && last != 429 && !said.contains(200);
        }

        /** What was answered, and how often. */
        @Override
        public String toString() {
            Map<Integer, Integer> counted = new HashMap<>();
            answers().forEach(answer -> counted.merge(answer, 1, Integer::sum));
            return (genuine ? "genuine " : "forged ") + what + " was answered " + counted;
        }
    }
}
