package io.autoscale.reactor;

import io.autoscale.reactor.admin.ManagementPort;
import io.autoscale.reactor.admin.RunningReactorClient;
import io.autoscale.reactor.check.Check;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Clock;
import java.util.Optional;

/** What an operator can ask, at the prompt of a machine or at that of Karaf: the same answers, from the same code. */
public final class Commands {

    private final Home home;

    public Commands(Home home) {
        this.home = home;
    }

    /** Tries everything out and prints a line for each finding; returns 0, or 1 if something has to be mended. */
    public int check(PrintStream out) {
        return new Check(home, Clock.systemUTC(), out).run();
    }

    /**
     * Lists the work that was given up.
     *
     * @throws NoReactor if none answers
     */
    public String parked() {
        return ask(RunningReactorClient::parked);
    }

    /**
     * Puts work that was given up back on its queue.
     *
     * @throws NoReactor if none answers
     */
    public String replay(String what) {
        return ask(reactor -> reactor.replay(what));
    }

    /**
     * Drops work that was given up.
     *
     * @throws NoReactor if none answers
     */
    public String discard(String id) {
        return ask(reactor -> reactor.discard(id));
    }

    private String ask(Question question) {
        ManagementPort port = new ManagementPort(this::setting);
        try {
            return question.ask(port.client());
        } catch (IOException | IllegalArgumentException e) {
            throw new NoReactor(port.toString(), e);
        }
    }

    private Optional<String> setting(String key) {
        return Optional.of(Reactor.setting(home, key)).filter(value -> !value.isEmpty());
    }

    @FunctionalInterface
    private interface Question {
        String ask(RunningReactorClient reactor) throws IOException;
    }

    /** No running reactor answers where the settings say that it would. */
    public static final class NoReactor extends RuntimeException {

        private static final long serialVersionUID = 1L;

        NoReactor(String address, Exception cause) {
            super(
                    "No running reactor answers at its management port " + address + " (" + cause.getMessage() + ").",
                    cause);
        }
    }
}
