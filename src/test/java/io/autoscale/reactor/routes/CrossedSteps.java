package io.autoscale.reactor.routes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;

/** Writes down which steps the messages of a test cross, for {@link StepCoverage}. */
public final class CrossedSteps implements InterceptStrategy {

    private static final Path DIRECTORY = Path.of("target", "steps-crossed");

    private final Set<String> known = ConcurrentHashMap.newKeySet();
    private final Path file;

    public CrossedSteps(Class<?> test) {
        this.file = DIRECTORY.resolve(test.getSimpleName() + ".txt");
    }

    /** What all tests of this build crossed. */
    static Set<String> all() throws IOException {
        Set<String> ids = new TreeSet<>();
        if (Files.isDirectory(DIRECTORY)) {
            try (Stream<Path> files = Files.list(DIRECTORY)) {
                for (Path file : files.toList()) {
                    ids.addAll(Files.readAllLines(file));
                }
            }
        }
        return ids;
    }

    @Override
    public Processor wrapProcessorInInterceptors(
            CamelContext context, NamedNode step, Processor target, Processor nextTarget) {
        return new DelegateAsyncProcessor(target) {
            @Override
            public boolean process(Exchange exchange, AsyncCallback callback) {
                write(step.getId());
                return super.process(exchange, callback);
            }
        };
    }

    private void write(String id) {
        if (known.add(id)) {
            try {
                Files.createDirectories(DIRECTORY);
                Files.writeString(file, id + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
