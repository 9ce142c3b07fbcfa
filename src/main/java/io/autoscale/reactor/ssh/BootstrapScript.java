package io.autoscale.reactor.ssh;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoscale.reactor.event.Event;
import io.autoscale.reactor.event.InstanceId;
import io.autoscale.reactor.failure.Failed;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Variable;

/** Makes the commands that run {@code routes/bootstrap.sh} on an instance; whatever it needs to know is an argument of it. */
public final class BootstrapScript {

    /** A minion asks at this interval whether its key is accepted; route {@code await-minion} waits a second longer. */
    private static final int ACCEPTANCE_WAIT_SECONDS = 2;

    private final RemoteCommand command;
    private final BootstrapSettings settings;
    private final String master;
    private final ObjectMapper json;

    /** @param text of the script */
    public BootstrapScript(String text, BootstrapSettings settings, String master, ObjectMapper json) {
        this.command = new RemoteCommand(text, settings.timeout());
        this.settings = settings;
        this.master = master;
        this.json = json;
    }

    /** The command that makes the instance a minion and prints the minion's public key. */
    public String bootstrap(@Variable("instance") InstanceId instance, @Variable("event") Event event) throws Failed {
        Map<String, String> arguments = new LinkedHashMap<>();
        arguments.put("action", "bootstrap");
        arguments.put("id", instance.value());
        arguments.put("master", master);
        arguments.put("grains", grains(event));
        arguments.put("acceptance_wait_time", String.valueOf(ACCEPTANCE_WAIT_SECONDS));
        arguments.put("timeout", String.valueOf(settings.timeout().toSeconds()));
        arguments.put("url", settings.url());
        arguments.put("version", settings.version());
        arguments.put("arguments", settings.arguments());
        arguments.put("sha256", settings.sha256());
        return command.text(arguments);
    }

    /** The command that prints the minion's public key, if there is one, and changes nothing. */
    public String showKey(@Variable("instance") InstanceId instance) throws Failed {
        return command.text(action("show-key", instance));
    }

    /** The command that stops the minion. */
    public String stop(@Variable("instance") InstanceId instance) throws Failed {
        return command.text(action("stop", instance));
    }

    private static Map<String, String> action(String name, InstanceId instance) {
        Map<String, String> arguments = new LinkedHashMap<>();
        arguments.put("action", name);
        arguments.put("id", instance.value());
        return arguments;
    }

    private String grains(Event event) {
        try {
            return json.writeValueAsString(Map.of("autoscaling_group", event.group()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A map of texts has a JSON form.", e);
        }
    }
}
