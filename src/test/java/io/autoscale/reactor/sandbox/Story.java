package io.autoscale.reactor.sandbox;

import io.autoscale.reactor.standin.Aws;
import io.autoscale.reactor.standin.Cloud;
import io.autoscale.reactor.standin.SaltApi;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Tells on the screen what the reactor asks of the world around it, as it happens. */
final class Story implements AutoCloseable {

    private static final Map<String, String> AWS = Map.of(
            "DescribeInstances", "EC2 is asked what state %s is in",
            "DescribeAutoScalingInstances", "Auto Scaling is asked for the lifecycle state of %s",
            "GetConsoleOutput", "EC2 is asked what %s printed on its console: its SSH host keys");

    private static final Map<String, String> SALT = Map.of(
            "key.print", "key.print: which keys does the master have for %s?",
            "key.accept_dict",
                    "key.accept_dict: the pending key of %s is the one it showed over SSH; accepted by exact id",
            "key.delete_dict", "key.delete_dict: every key of %s is deleted by exact id",
            "test.ping", "test.ping: is the minion %s there?");

    private final Cloud cloud;
    private final PrintStream out;
    private final Instant start = Instant.now();
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "story");
        thread.setDaemon(true);
        return thread;
    });

    private int awsTold;
    private int saltTold;
    private int commandsTold;
    private int mailsTold;

    Story(Cloud cloud, PrintStream out) {
        this.cloud = cloud;
        this.out = out;
        watch.scheduleAtFixedRate(this::catchUp, 50, 50, TimeUnit.MILLISECONDS);
    }

    synchronized void heading(String text) {
        catchUp();
        out.println();
        out.println("== " + text);
        out.println();
    }

    synchronized void line(String text) {
        out.println(text);
    }

    synchronized void say(String who, String what) {
        out.printf("%7.2f s  %-6s  %s%n", Duration.between(start, Instant.now()).toMillis() / 1000.0, who, what);
    }

    /** Tells what has happened since it was last told. */
    synchronized void catchUp() {
        List<Aws.Call> aws = cloud.aws().calls();
        aws.subList(awsTold, aws.size()).forEach(call -> say("AWS", text(AWS, call.action(), call.ids())));
        awsTold = aws.size();
        List<Map<String, String>> commands = cloud.host().commands();
        commands.subList(commandsTold, commands.size()).forEach(this::tellCommand);
        commandsTold = commands.size();
        List<SaltApi.Call> salt = cloud.salt().calls();
        salt.subList(saltTold, salt.size()).forEach(call -> say("SALT", text(SALT, call.function(), call.ids())));
        saltTold = salt.size();
        int mails = cloud.mailbox().mails().size();
        if (mails > mailsTold) {
            say("MAIL", (mails - mailsTold) + " mail(s) to the administrators");
        }
        mailsTold = mails;
    }

    private void tellCommand(Map<String, String> arguments) {
        String id = arguments.get("id");
        say(
                "SSH",
                switch (arguments.getOrDefault("action", "bootstrap")) {
                    case "show-key" -> "the host key is proven; " + id + " is asked for its minion's public key";
                    case "stop" -> "the minion on " + id + " is stopped";
                    default ->
                        "the host key is proven; routes/bootstrap.sh runs on " + id
                                + " and will print the public key of its minion";
                });
    }

    private static String text(Map<String, String> texts, String what, List<String> ids) {
        String whom = ids.size() == 1 ? ids.get(0) : ids.size() + " instances";
        return texts.getOrDefault(what, what + " %s").formatted(whom);
    }

    @Override
    public void close() {
        watch.shutdownNow();
    }
}
