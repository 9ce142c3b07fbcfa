package io.autoscale.reactor.karaf.shell;

import java.util.List;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Offers the ids. */
@Service
public final class DiscardCompleter extends ParkedCompleter {

    @Override
    Stream<String> offers(List<String[]> lines) {
        return lines.stream().map(columns -> columns[0]);
    }
}
