package io.autoscale.reactor.karaf.shell;

import io.autoscale.reactor.Commands;
import io.autoscale.reactor.karaf.Place;
import java.util.List;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.osgi.framework.BundleContext;

/** Offers what can be said of the work that is parked now; nothing if no reactor answers. */
abstract class ParkedCompleter implements Completer {

    @Reference
    private BundleContext bundle;

    /** @param lines the lines that {@code reactor:parked} shows, each as its columns */
    abstract Stream<String> offers(List<String[]> lines);

    @Override
    public int complete(Session session, CommandLine line, List<String> candidates) {
        return new StringsCompleter(offers(parked()).toList()).complete(session, line, candidates);
    }

    private List<String[]> parked() {
        try {
            return new Commands(new Place(bundle).home())
                    .parked()
                    .lines()
                    .map(line -> line.split(" {2}"))
                    .filter(columns -> columns.length > 2)
                    .toList();
        } catch (Commands.NoReactor e) {
            return List.of();
        }
    }
}
