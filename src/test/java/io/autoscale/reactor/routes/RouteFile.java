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
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** A file of {@code routes/}, and what is wrong with it by Camel's schema and by the project's rules. */
final class RouteFile {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonSchema SCHEMA = schema();

    /** A step whose uri begins so leaves the process, and so has an id that logs, metrics and tests name it by. */
    private static final List<String> OUTSIDE = List.of("jms", "ssh", "http", "aws2-", "smtp", "{{reactor.salt.url}}");

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
            if (node.path("id").isTextual()) {
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
