package io.autoscale.reactor.salt;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.concurrent.Cancellable;

/**
 * Ends a call to salt-api that is not over in time, whatever arrives meanwhile: the HTTP client itself limits no more than the
 * time between two bytes, so a server that sends one now and then would hold its caller for ever.
 */
public final class CallLimit implements HttpClientConfigurer, AutoCloseable {

    private final Duration limit;
    /** Its own, not the JDK's one for all: that would keep the calls, and who made them, beyond the end of the reactor. */
    private final ScheduledThreadPoolExecutor clock;

    public CallLimit(Duration limit) {
        this.limit = limit;
        this.clock = new ScheduledThreadPoolExecutor(
                1,
                task -> {
                    Thread thread = new Thread(task, "salt-call-limit");
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.DiscardPolicy());
    }

    @Override
    public void configureHttpClient(HttpClientBuilder builder) {
        builder.addExecInterceptorFirst("call-limit", (request, scope, chain) -> {
            // Cancelling a request whose answer has been read does nothing: its connection is another's by then.
            if (scope.originalRequest instanceof Cancellable call) {
                clock.schedule(call::cancel, limit.toMillis(), TimeUnit.MILLISECONDS);
            }
            return chain.proceed(request, scope);
        });
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
