package io.autoscale.reactor.routes;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.ssh.SshConstants;

/** Answers in the place of an instance's SSH server and of {@code bootstrap.sh} on it. */
final class MockHost implements Processor {

    private static final Pattern ACTION = Pattern.compile("'action=([a-z-]+)'");

    private record Result(Integer exit, String stdout, String stderr) {}

    private final List<String> actions = new ArrayList<>();
    private final Map<String, Result> results = new HashMap<>();
    private Runnable onCommand = () -> {};

    /** The script with this action (bootstrap, show-key, stop) prints this key. */
    void shows(String action, String pem) {
        ends(action, 0, "#reactor minion-key begin\n" + pem + "#reactor minion-key end\n", "");
    }

    /** The script with this action ends thus; without an exit value the connection was lost. */
    void ends(String action, Integer exit, String stdout, String stderr) {
        results.put(action, new Result(exit, stdout, stderr));
    }

    /** Runs at each command. */
    void onCommand(Runnable action) {
        onCommand = action;
    }

    /** The actions that ran, in order. */
    List<String> actions() {
        return actions;
    }

    @Override
    public void process(Exchange exchange) {
        Matcher action = ACTION.matcher(exchange.getMessage().getBody(String.class));
        if (!action.find()) {
            throw new AssertionError("Not a command of bootstrap.sh");
        }
        actions.add(action.group(1));
        onCommand.run();
        Result result = Optional.ofNullable(results.get(action.group(1))).orElse(new Result(3, "", ""));
        exchange.getMessage().setBody(stream(result.stdout()));
        exchange.getMessage().setHeader(SshConstants.STDERR, stream(result.stderr()));
        exchange.getMessage().setHeader(SshConstants.EXIT_VALUE, result.exit());
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
}
