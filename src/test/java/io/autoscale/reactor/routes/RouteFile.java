package io.autoscale.reactor.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** A file of {@code routes/}, and what is wrong with it by Camel's schema and by the project's rules. */
final class RouteFile {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonSchema SCHEMA = schema();

    /** A step whose uri begins so leaves the process, and so has an id that logs, metrics and tests name it by. */
    private static final List<String> OUTSIDE = List.of("jms", "ssh", "http", "aws2-", "smtp", "{{reactor.salt.url}}");

    /** Everything else that Camel can evaluate is a programming language, or a way to read one out of a message. */
    private static final Set<String> LANGUAGES = Set.of("simple", "constant", "method");

    private static final Set<String> OTHER_LANGUAGES = Set.of(
            "csimple",
            "datasonnet",
            "exchangeProperty",
            "groovy",
            "header",
            "hl7terser",
            "java",
            "joor",
            "jq",
            "js",
            "jsonpath",
            "language",
            "mvel",
            "ognl",
            "python",
            "ref",
            "script",
            "spel",
            "tokenize",
            "variable",
            "wasm",
            "xpath",
            "xquery");

    /** Steps that take the address where a message goes from an expression. */
    private static final Set<String> ROUTED_BY_DATA =
            Set.of("recipientList", "routingSlip", "dynamicRouter", "enrich", "pollEnrich", "poll", "script");

    /** What may stand in a dynamic uri: an {@code InstanceId}, a constant of its route, a number. */
    private static final Set<String> TYPED =
            Set.of("variable.instance", "variable.queue", "variable.delay", "variable.next.delay");

    private static final Pattern FUNCTION = Pattern.compile("\\$(?:simple)?\\{([^{}]*)}");

    /** The only file that says what happens on a failure. */
    private static final String ERRORS = "errors.camel.yaml";

    private final String name;
    private final JsonNode content;

    RouteFile(String name, String yaml) {
        this.name = name;
        this.content =
                JSON.valueToTree(new Load(LoadSettings.builder().setLabel(name).build()).loadFromString(yaml));
    }

    static RouteFile read(Path file) {
        try {
            return new RouteFile(file.getFileName().toString(), Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<RouteFile> all() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("routes"))) {
            return files.filter(file -> file.toString().endsWith(".camel.yaml"))
                    .sorted()
                    .map(RouteFile::read)
                    .toList();
        }
    }

    /** What is wrong with the file; empty if it is as it should be. */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        problems.addAll(againstSchema());
        routes().forEach(route -> checkRoute(route, problems));
        content.forEach(entry -> checkCanonical(entry, problems));
        walk(content, "", (key, node) -> checkNode(key, node, problems));
        walk(content, "", (key, node) -> checkData(key, node, problems));
        String stem = name.replace(".camel.yaml", "");
        if (!name.equals(ERRORS)
                && routes().map(route -> route.path("id").asText())
                        .noneMatch(id -> id.equals(stem) || id.startsWith(stem + "-"))) {
            problems.add("No route of " + name + " bears its name.");
        }
        return problems;
    }

    /** Of a wrong value the schema says also which alternatives it is not; that is left out where there is more to say. */
    private List<String> againstSchema() {
        Set<ValidationMessage> all = SCHEMA.validate(content);
        List<String> telling = all.stream()
                .filter(message -> !Set.of("required", "oneOf", "anyOf", "not").contains(message.getType()))
                .map(ValidationMessage::toString)
                .toList();
        return telling.isEmpty() ? all.stream().map(ValidationMessage::toString).toList() : telling;
    }

    /** All ids of the file: of routes, steps and configurations. */
    List<String> ids() {
        List<String> ids = new ArrayList<>();
        walk(content, "", (key, node) -> {
            if (node.path("id").isTextual()) {
                ids.add(node.path("id").textValue());
            }
        });
        return ids;
    }

    /** The ids of the steps of its routes. */
    List<String> stepIds() {
        List<String> ids = new ArrayList<>();
        routes().forEach(route -> walk(route.path("from"), "", (key, node) -> {
            // Camel does not let doTry itself be intercepted; the steps within it are.
            if (!key.equals("doTry") && node.path("id").isTextual()) {
                ids.add(node.path("id").textValue());
            }
        }));
        return ids;
    }

    private Stream<JsonNode> routes() {
        List<JsonNode> routes = new ArrayList<>();
        content.forEach(entry -> {
            if (entry.has("route")) {
                routes.add(entry.path("route"));
            }
        });
        return routes.stream();
    }

    private void checkRoute(JsonNode route, List<String> problems) {
        String id = route.path("id").asText();
        if (!id.matches("[a-z]+(-[a-z]+)*")) {
            problems.add("A route has no id in kebab-case: '" + id + "'.");
        }
        if (route.path("description").asText().isBlank()) {
            problems.add("Route " + id + " has no description.");
        }
        JsonNode handler = route.path("errorHandler");
        if (!handler.isMissingNode() && !handler.toString().equals("{\"noErrorHandler\":{}}")) {
            problems.add("Route " + id + " handles errors itself; only errors.camel.yaml does.");
        }
    }

    private void checkCanonical(JsonNode entry, List<String> problems) {
        boolean canonical =
                entry.size() == 1 && (entry.has("route") || name.equals(ERRORS) && entry.has("routeConfiguration"));
        if (!canonical) {
            problems.add("An entry is not written as '- route:', but as "
                    + entry.fieldNames().next() + ".");
        }
    }

    private void checkNode(String key, JsonNode node, List<String> problems) {
        if (!name.equals(ERRORS) && (node.has("onException") || node.has("onCompletion"))) {
            problems.add("What happens on a failure stands in errors.camel.yaml alone, not in " + name + ".");
        }
        String uri = node.path("uri").asText();
        if (uri.contains("?")) {
            problems.add("The uri " + uri + " has parameters; they stand under 'parameters'.");
        }
        boolean step = !key.equals("from");
        if (step
                && OUTSIDE.stream().anyMatch(uri::startsWith)
                && !node.path("id").isTextual()) {
            problems.add("A step to " + uri + " leaves the process and has no id.");
        }
    }

    /** No way from data to code: what comes from outside is never evaluated, nor decides where a message goes. */
    private void checkData(String key, JsonNode node, List<String> problems) {
        node.properties().forEach(field -> {
            if (ROUTED_BY_DATA.contains(field.getKey())) {
                problems.add("The step " + field.getKey() + " lets a message say where it goes.");
            }
            if (field.getValue().isTextual()
                    && isEvaluatedTwice(field.getValue().textValue())) {
                problems.add(
                        "A function of 'simple' has arguments, which may hold text from outside: " + field.getValue());
            }
        });
        if (isExpression(key)) {
            node.fieldNames().forEachRemaining(language -> {
                if (OTHER_LANGUAGES.contains(language)) {
                    problems.add("An expression is written in " + language + "; only " + LANGUAGES + " are used.");
                }
            });
        }
        if (node.path("method").asText().contains("(")) {
            problems.add("A method is named with arguments: " + node.path("method") + ". Camel would evaluate them.");
        }
        if (key.equals("toD")) {
            FUNCTION.matcher(node.toString())
                    .results()
                    .map(found -> found.group(1))
                    .filter(function -> !TYPED.contains(function))
                    .forEach(function ->
                            problems.add("A dynamic uri holds ${" + function + "}, which may be any text."));
        }
        if (key.equals("setHeader")
                && node.path("name").asText().toLowerCase(Locale.ROOT).startsWith("camel")
                && !node.path("expression").has("constant")) {
            problems.add("The header " + node.path("name") + ", which steers a component, is not constant.");
        }
    }

    private static boolean isExpression(String key) {
        return Set.of("expression", "onWhen", "retryWhile", "handled", "continued", "correlationExpression")
                .contains(key);
    }

    private static boolean isEvaluatedTwice(String text) {
        return text.matches("(?s).*\\$(?:simple)?\\{(?:bean|ref|method|type)[.:][^}]*\\(.*")
                || text.matches("(?s).*\\$(?:simple)?\\{[^}]*\\$(?:simple)?\\{.*");
    }

    private static void walk(JsonNode node, String key, BiConsumer<String, JsonNode> visitor) {
        if (node.isObject()) {
            visitor.accept(key, node);
            node.properties().forEach(field -> walk(field.getValue(), field.getKey(), visitor));
        } else {
            node.forEach(item -> walk(item, key, visitor));
        }
    }

    private static JsonSchema schema() {
        try (InputStream in = RouteFile.class.getResourceAsStream("/schema/camelYamlDsl.json")) {
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4).getSchema(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
