package io.autoscale.reactor.karaf.shell;

import java.util.List;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Offers the ids, the instances, and all. */
@Service
public final class ReplayCompleter extends ParkedCompleter {

    @Override
    Stream<String> offers(List<String[]> lines) {
        return Stream.concat(
                Stream.of("all"),
                lines.stream()
                        .flatMap(columns -> Stream.of(columns[0], columns[1]))
                        .filter(name -> !name.equals("-")));
    }
}
