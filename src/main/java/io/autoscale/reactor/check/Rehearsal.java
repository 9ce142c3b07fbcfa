package io.autoscale.reactor.check;

import java.util.ArrayList;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.main.Main;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteConfigurationDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.support.PatternHelper;

/** The reactor's beans and routes in a context of their own, in which only those routes run that wait to be called. */
final class Rehearsal implements AutoCloseable {

    private final Main main;

    /** @param main as {@code Reactor.rehearsal} makes it */
    Rehearsal(Main main) {
        this.main = main;
    }

    /** @throws Exception if a setting, a bean or a route cannot be made */
    void start() throws Exception {
        main.start();
        for (Route route : context().getRoutes()) {
            if (route.getEndpoint().getEndpointUri().startsWith("direct:")) {
                context().getRouteController().startRoute(route.getRouteId());
            }
        }
    }

    CamelContext context() {
        return main.getCamelContext();
    }

    String describe(Exception failure) {
        return new StartProblems(context()).describe(failure);
    }

    /** What Camel would let pass. */
    List<Finding> oversights() {
        List<Finding> findings = new ArrayList<>();
        Model model = context().getCamelContextExtension().getContextPlugin(Model.class);
        for (RouteDefinition route : model.getRouteDefinitions()) {
            String wanted = route.getRouteConfigurationId();
            if (wanted != null && !isThere(model, wanted)) {
                findings.add(Finding.failed("route " + route.getId() + " names routeConfigurationId " + wanted
                        + ", which no file has, so nothing would handle its failures. Expected one of "
                        + model.getRouteConfigurationDefinitions().stream()
                                .map(RouteConfigurationDefinition::getId)
                                .toList()
                        + "."));
            }
        }
        return findings;
    }

    private static boolean isThere(Model model, String wanted) {
        return model.getRouteConfigurationDefinitions().stream()
                .anyMatch(known -> PatternHelper.matchPatterns(known.getId(), wanted.split(",")));
    }

    @Override
    public void close() {
        main.stop();
    }
}
