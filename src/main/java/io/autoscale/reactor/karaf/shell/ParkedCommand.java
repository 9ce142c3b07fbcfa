package io.autoscale.reactor.karaf.shell;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code reactor:parked}. */
@Service
@Command(scope = "reactor", name = "parked", description = "List the work that was given up.")
public final class ParkedCommand extends ReactorCommand {

    @Override
    public Object execute() {
        System.out.println(commands().parked());
        return null;
    }
}
