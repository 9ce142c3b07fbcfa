package io.autoscale.reactor.admin;

import io.autoscale.reactor.queue.Parked;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.ExtendedStartupListener;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;

/** Lets {@code bin/reactor parked}, {@code replay} and {@code discard} reach the running reactor, at its management port. */
public final class ParkedOverHttp implements ExtendedStartupListener {

    static final String PATH = "/admin/parked";

    private final Parked parked;

    public ParkedOverHttp(Parked parked) {
        this.parked = parked;
    }

    @Override
    public void onCamelContextStarted(CamelContext context, boolean alreadyStarted) {
        // the management server may not listen yet
    }

    @Override
    public void onCamelContextFullyStarted(CamelContext context, boolean alreadyStarted) {
        Router router = VertxPlatformHttpRouter.lookup(
                context,
                VertxPlatformHttpRouter.getRouterNameFromPort(
                        Integer.parseInt(context.resolvePropertyPlaceholders("{{camel.management.port}}"))));
        if (router == null) {
            return;
        }
        router.route("/admin/*")
                .handler(new CrossSiteRefusal(context.resolvePropertyPlaceholders("{{camel.management.host}}")));
        on(router, HttpMethod.GET, PATH, any -> lines(parked.list(), "Nothing is parked."));
        on(
                router,
                HttpMethod.POST,
                PATH + "/replay/:what",
                what -> lines(parked.replay(what), "Nothing that is parked is meant by " + what + "."));
        on(
                router,
                HttpMethod.POST,
                PATH + "/discard/:what",
                what -> parked.discard(what) ? "Dropped." : "Nothing that is parked has the id " + what + ".");
    }

    private static void on(Router router, HttpMethod method, String path, Function<String, String> answer) {
        router.route(method, path).blockingHandler(request -> request.response()
                .putHeader("Content-Type", "text/plain; charset=utf-8")
                .end(answer.apply(what(request)) + "\n"));
    }

    /** An instance id, a message id or "all"; anything else means nothing, and is not repeated. */
    private static String what(RoutingContext request) {
        String what = request.pathParam("what");
        return what != null && what.matches("[0-9a-z-]{1,64}") ? what : "that";
    }

    private static String lines(List<Parked.Item> items, String none) {
        return items.isEmpty()
                ? none
                : items.stream().map(Parked.Item::toString).collect(Collectors.joining("\n"));
    }
}
