package io.autoscale.reactor.sandbox;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.autoscale.reactor.event.InstanceId;
import io.autoscale.reactor.standin.Announcements;
import io.autoscale.reactor.standin.Cloud;
import io.autoscale.reactor.standin.InstanceHost;
import io.autoscale.reactor.standin.RunningReactor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Lets people launch, terminate and break things in the sandbox with curl. */
final class Controls implements AutoCloseable {

    private final Cloud cloud;
    private final RunningReactor reactor;
    private final Story story;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    Controls(Cloud cloud, RunningReactor reactor, Story story) throws IOException {
        this.cloud = cloud;
        this.reactor = reactor;
        this.story = story;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/launch", exchange -> answer(exchange, launch()));
        server.createContext("/terminate/", exchange -> answer(exchange, terminate(lastPart(exchange))));
        server.createContext("/break-bootstrap", exchange -> answer(exchange, breakBootstrap()));
        server.createContext("/mails", exchange -> answer(exchange, mails()));
        server.start();
    }

    List<String> commands() {
        String here = "http://127.0.0.1:" + server.getAddress().getPort();
        return List.of(
                "  curl -X POST " + here + "/launch              an instance starts, and is announced",
                "  curl -X POST " + here + "/terminate/i-...     it goes, and is announced",
                "  curl -X POST " + here + "/break-bootstrap     the next launch's script fails",
                "  curl " + here + "/mails                       what the administrators got",
                "  curl -d hello " + reactor.webhook() + "      anything at the webhook",
                "  curl " + reactor.management("/observe/health") + "    health",
                "  curl -s " + reactor.management("/observe/metrics") + " | grep reactor    metrics",
                "",
                "Edit routes/*.camel.yaml and start the sandbox again to see your change at work.");
    }

    private String launch() {
        String id = cloud.launch("web");
        story.say("AWS", id + " is running");
        return id + ", announced; the webhook answered " + reactor.announce(Announcements.launch(id, "web"));
    }

    private String terminate(String id) {
        if (!InstanceId.isValid(id)) {
            return "Not an instance id. Expected one that /launch gave.";
        }
        cloud.terminate(id);
        story.say("AWS", id + " is shutting down");
        int answer = reactor.announce(Announcements.termination(id, "web"));
        cloud.gone(id);
        return id + ", announced; the webhook answered " + answer;
    }

    private String breakBootstrap() {
        cloud.host().behave(InstanceHost.Behaviour.fails(69, "bootstrap.sh: no package salt-minion (exit code 69)"));
        return "Every bootstrap fails from now on. There are three attempts, 30 s and 2 min apart, and then a mail.";
    }

    private String mails() {
        StringBuilder text = new StringBuilder();
        cloud.mailbox().mails().forEach(mail -> {
            try {
                text.append("Subject: ")
                        .append(mail.getSubject())
                        .append("\n\n")
                        .append(mail.getContent())
                        .append('\n');
            } catch (Exception e) {
                text.append(e).append('\n');
            }
        });
        return text.isEmpty() ? "No mail." : text.toString();
    }

    private static String lastPart(HttpExchange exchange) {
        String path = exchange.getRequestURI().getPath();
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static void answer(HttpExchange exchange, String text) throws IOException {
        byte[] bytes = (text + "\n").getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
