package io.autoscale.reactor.salt;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.concurrent.Cancellable;

/**
 * Ends a call to salt-api that is not over in time, whatever arrives meanwhile: the HTTP client itself limits no more than the
 * time between two bytes, so a server that sends one now and then would hold its caller for ever.
 */
public final class CallLimit implements HttpClientConfigurer {

    private final Duration limit;

    public CallLimit(Duration limit) {
        this.limit = limit;
    }

    @Override
    public void configureHttpClient(HttpClientBuilder builder) {
        builder.addExecInterceptorFirst("call-limit", (request, scope, chain) -> {
            // Cancelling a request whose answer has been read does nothing: its connection is another's by then.
            if (scope.originalRequest instanceof Cancellable call) {
                CompletableFuture.delayedExecutor(limit.toMillis(), TimeUnit.MILLISECONDS)
                        .execute(call::cancel);
            }
            return chain.proceed(request, scope);
        });
    }
}
