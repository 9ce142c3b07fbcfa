package io.autoscale.reactor.karaf.shell;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code reactor:discard}. */
@Service
@Command(scope = "reactor", name = "discard", description = "Drop work that was given up.")
public final class DiscardCommand extends ReactorCommand {

    @Argument(name = "ID", description = "an id that reactor:parked shows", required = true)
    @Completion(DiscardCompleter.class)
    private String id;

    @Option(name = "--yes", description = "needed, as what is dropped is lost", required = true)
    private boolean sure;

    @Override
    public Object execute() {
        System.out.println(commands().discard(id));
        return null;
    }
}
