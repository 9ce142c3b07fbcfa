package io.autoscale.reactor.routes;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;

/** Notes which steps messages cross, in their order. */
final class StepsCrossed implements InterceptStrategy {

    private static final int MOST = 3_000;

    private final List<String> ids = new CopyOnWriteArrayList<>();

    @Override
    public Processor wrapProcessorInInterceptors(
            CamelContext context, NamedNode step, Processor target, Processor nextTarget) {
        // A real delay would make the tests slow; what it waits for is none of theirs.
        Processor done = step.getShortName().equals("delay") ? exchange -> {} : target;
        return new DelegateAsyncProcessor(done) {
            @Override
            public boolean process(Exchange exchange, AsyncCallback callback) {
                ids.add(step.getId());
                if (ids.size() > MOST) {
                    // Time stands still in these tests, so a route that waits for it would wait for ever.
                    throw new AssertionError("A message goes round without end: " + ids.subList(MOST - 50, MOST));
                }
                return super.process(exchange, callback);
            }
        };
    }

    /** Ids of the steps since the last {@link #clear}. */
    List<String> ids() {
        return List.copyOf(ids);
    }

    void clear() {
        ids.clear();
    }
}
