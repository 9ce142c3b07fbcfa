package io.autoscale.reactor.check;

import io.autoscale.reactor.InvalidSettings;
import io.autoscale.reactor.queue.CannotStart;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.NoSuchBeanException;
import org.apache.camel.NoSuchEndpointException;
import org.apache.camel.PropertyBindingException;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.util.URISupport;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Says in one readable message why the reactor, or a rehearsal of it, did not start. */
public final class StartProblems {

    private static final Pattern PARAMETERS = Pattern.compile("Unknown parameters=\\[\\{(.*)}]");
    private static final Pattern PARAMETER_NAME = Pattern.compile("(?:^|, )([A-Za-z][\\w.-]*)=");
    private static final Pattern STEP = Pattern.compile("at: >>> (.{1,200}?) <<< in route");
    /** Of an endpoint; there may be secrets among them. */
    private static final Pattern OPTIONS = Pattern.compile("\\?[^\\]]*");

    /** What Java prints of an object after the name of its class. */
    private static final Pattern OBJECT = Pattern.compile("@[0-9a-f]{5,8}\\b");

    /** Where Camel goes on with the value of a setting, which may be a secret. */
    private static final Pattern VALUE = Pattern.compile("(?s),? (?:from input|from (?:the )?text|with value): .*");

    private static final Pattern UNKNOWN_STEP = Pattern.compile("Unknown node id: (\\S+)");
    private static final Pattern UNKNOWN_FIELD = Pattern.compile("Unsupported field: (\\S+)");

    private final CamelContext context;

    /** @param context that did not start; it knows from which file a route is */
    public StartProblems(CamelContext context) {
        this.context = context;
    }

    /** Names the file, the line where there is one, and what was expected. */
    public String describe(Throwable failure) {
        List<Throwable> chain = chain(failure);
        return find(chain, InvalidSettings.class)
                .map(Throwable::getMessage)
                .or(() -> find(chain, CannotStart.class).map(Throwable::getMessage))
                .or(() -> find(chain, MarkedYamlEngineException.class).map(StartProblems::yaml))
                .or(() -> find(chain, FailedToCreateRouteException.class).map(e -> route(e, chain)))
                .or(() -> find(chain, BindException.class).map(e -> port(chain)))
                .or(() -> find(chain, SdkClientException.class)
                        .filter(e -> String.valueOf(e.getMessage()).contains("Unable to load region"))
                        .map(e -> "reactor.aws.region is empty, and the AWS SDK finds no region by itself:"
                                + " set reactor.aws.region, such as eu-central-1."))
                .orElseGet(() -> reason(chain));
    }

    private static String yaml(MarkedYamlEngineException failure) {
        String place = failure.getProblemMark()
                .map(mark -> file(mark.getName()) + ", line " + (mark.getLine() + 1) + ": ")
                .orElse("");
        String problem = String.valueOf(failure.getProblem());
        Matcher step = UNKNOWN_STEP.matcher(problem);
        if (step.find()) {
            return place + "there is no step '" + step.group(1)
                    + "'. Expected a step of Camel's YAML DSL, such as to or bean.";
        }
        Matcher field = UNKNOWN_FIELD.matcher(problem);
        if (field.find()) {
            return place + "the step that begins or ends here has no '" + field.group(1)
                    + "'. Expected one of its fields in Camel's YAML DSL.";
        }
        return place + "this is not YAML: " + problem + ". Look at the indentation of this line and the one before.";
    }

    /** Its own message has the value, which may be a secret. */
    private static String setting(PropertyBindingException failure) {
        String key = failure.getOptionKey() == null
                ? failure.getPropertyName()
                : failure.getOptionPrefix() + "." + failure.getOptionKey();
        return key.replace("..", ".")
                + " cannot be set. Expected a setting that Camel knows, with a value of its kind.";
    }

    private String route(FailedToCreateRouteException failure, List<Throwable> chain) {
        String id = failure.getRouteId();
        if (id == null) {
            return "routes: " + after(failure.getMessage(), "because: ");
        }
        Matcher step = STEP.matcher(String.valueOf(failure.getMessage()));
        String place = definition(id)
                        .map(RouteDefinition::getResource)
                        .map(resource -> file(resource.getLocation()) + ", ")
                        .orElse("")
                + "route " + id
                + (step.find() ? ", at " + OPTIONS.matcher(step.group(1)).replaceAll("") : "");
        return place + ": " + reason(chain);
    }

    /** What the innermost failure that says something says. */
    private static String reason(List<Throwable> chain) {
        Optional<PropertyBindingException> setting = find(chain, PropertyBindingException.class);
        if (setting.isPresent()) {
            return setting(setting.get());
        }
        Optional<NoSuchBeanException> bean = find(chain, NoSuchBeanException.class);
        if (bean.isPresent()) {
            return "there is no bean '" + bean.get().getName()
                    + "'. Expected one that the reactor has: look for its name" + " in the other files of routes/.";
        }
        Optional<NoSuchEndpointException> endpoint = find(chain, NoSuchEndpointException.class);
        if (endpoint.isPresent()) {
            return "there is no component for "
                    + URISupport.sanitizeUri(endpoint.get().getUri()) + ". Expected one whose library is in lib/.";
        }
        Optional<ClassNotFoundException> type = find(chain, ClassNotFoundException.class);
        if (type.isPresent()) {
            return "there is no class " + type.get().getMessage() + ". Expected a full class name.";
        }
        for (Throwable failure : chain) {
            Matcher parameters = PARAMETERS.matcher(String.valueOf(failure.getMessage()));
            if (failure instanceof ResolveEndpointFailedException && parameters.find()) {
                return "the endpoint has no option " + names(parameters.group(1))
                        + ". Expected options of this component only.";
            }
        }
        return chain.stream()
                .map(Throwable::getMessage)
                .filter(message -> message != null && !message.isBlank())
                .reduce((outer, inner) -> inner)
                .map(message -> VALUE.matcher(message).replaceAll(""))
                .map(message -> URISupport.sanitizeUri(OBJECT.matcher(message).replaceAll("")))
                .orElse(chain.get(0).getClass().getName());
    }

    private static String port(List<Throwable> chain) {
        return find(chain, UncheckedIOException.class)
                        .map(Throwable::getMessage)
                        .orElse("A port cannot be opened")
                + ". Stop the program that has it, perhaps another reactor, or set another port.";
    }

    /** The values stay untold: they may be secrets. */
    private static String names(String parameters) {
        Matcher name = PARAMETER_NAME.matcher(parameters);
        return name.results().map(found -> "'" + found.group(1) + "'").collect(Collectors.joining(", "));
    }

    private Optional<RouteDefinition> definition(String route) {
        Model model = context.getCamelContextExtension().getContextPlugin(Model.class);
        return Optional.ofNullable(model).map(known -> known.getRouteDefinition(route));
    }

    /** A location such as {@code file:/opt/reactor/routes/x.camel.yaml} as {@code routes/x.camel.yaml}. */
    static String file(String location) {
        Path path = Path.of(location.replaceFirst("^file:", ""));
        return "routes/" + path.getFileName();
    }

    private static String after(String message, String mark) {
        int at = message.indexOf(mark);
        return at < 0 ? message : message.substring(at + mark.length());
    }

    private static <T extends Throwable> Optional<T> find(List<Throwable> chain, Class<T> type) {
        return chain.stream().filter(type::isInstance).map(type::cast).findFirst();
    }

    private static List<Throwable> chain(Throwable failure) {
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Throwable> chain = new ArrayList<>();
        for (Throwable next = failure; next != null && seen.add(next); next = next.getCause()) {
            chain.add(next);
        }
        return chain;
    }
}
