package io.autoscale.reactor.karaf.shell;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code reactor:replay}. */
@Service
@Command(scope = "reactor", name = "replay", description = "Put work that was given up back on its queue.")
public final class ReplayCommand extends ReactorCommand {

    @Argument(
            name = "ID|INSTANCE|all",
            description = "an id that reactor:parked shows, all of an instance, or all there is",
            required = true)
    @Completion(ReplayCompleter.class)
    private String what;

    @Override
    public Object execute() {
        System.out.println(commands().replay(what));
        return null;
    }
}
