package io.sonia.kernel.settings;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Redactor;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Nearest;
import io.sonia.kernel.json.Shape;
import io.sonia.kernel.json.Violation;
import io.sonia.kernel.json.Violations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the settings from defaults, file and environment, in this order, and collects everything wrong with them. */
final class Source {

    /** The form of the file that this build reads. */
    static final String CONFIG_SCHEMA = "4.7";

    private static final Set<String> TOP_KEYS = Set.of("config_schema", "sonia_version");
    private static final long MAX_FILE_BYTES = 1024 * 1024;

    private final Path file;
    private final Map<String, String> environment;
    private final List<Section<?>> sections;
    private final Schema schema;

    Source(Path file, Map<String, String> environment, List<Section<?>> sections) {
        this.file = file;
        this.environment = Map.copyOf(environment);
        this.sections = List.copyOf(sections);
        this.schema = new Schema(sections);
    }

    Map<String, String> environment() {
        return environment;
    }

    /**
     * Reads everything anew.
     *
     * @throws SoniaException CONFIG_INVALID with {@code details.problems[]}, one sentence each
     */
    Sections read() {
        Set<String> problems = new LinkedHashSet<>();
        Map<String, @Nullable Object> given = file(problems);
        checkTop(given, problems);
        checkSecrets(given, problems);
        Overlay overlay = Overlay.read(environment, schema, problems::add);
        Map<String, Record> values = new LinkedHashMap<>();
        Map<String, String> origins = new LinkedHashMap<>();
        for (Section<?> section : sections) {
            Record value = value(section, given, overlay, problems);
            if (value != null) {
                values.put(section.name(), value);
                addOrigins(section, given, overlay, value, origins);
            }
        }
        Sections read = new Sections(values, origins);
        if (values.size() == sections.size()) {
            sections.forEach(each -> checkRule(each, read, problems));
        }
        if (!problems.isEmpty()) {
            throw SoniaException.of(
                            ErrorCode.CONFIG_INVALID,
                            "The configuration was refused: " + problems.size()
                                    + (problems.size() == 1 ? " problem" : " problems"))
                    .with("file", file.toString())
                    .with("problems", List.copyOf(problems));
        }
        return read;
    }

    private Map<String, @Nullable Object> file(Set<String> problems) {
        try {
            if (Files.size(file) > MAX_FILE_BYTES) {
                problems.add("(file): expected at most " + MAX_FILE_BYTES + " bytes, met " + Files.size(file));
                return Map.of();
            }
            return Json.parseObject(Files.readAllBytes(file));
        } catch (NoSuchFileException absent) {
            return Map.of();
        } catch (IOException e) {
            problems.add("(file): cannot be read: " + e.getClass().getSimpleName());
            return Map.of();
        } catch (SoniaException malformed) {
            problems.add("(file): " + firstViolation(malformed));
            return Map.of();
        }
    }

    private void checkTop(Map<String, @Nullable Object> given, Set<String> problems) {
        List<String> known = new ArrayList<>(TOP_KEYS);
        sections.forEach(each -> known.add(each.name()));
        given.forEach((key, value) -> {
            if (!known.contains(key)) {
                String near = Nearest.to(key, known)
                        .map(found -> "; nearest is " + found)
                        .orElse("");
                problems.add(key + " (file): no such section" + near);
            } else if (!TOP_KEYS.contains(key) && !(value instanceof Map)) {
                problems.add(key + " (file): expected an object");
            }
        });
        Object version = given.getOrDefault("config_schema", CONFIG_SCHEMA);
        if (!CONFIG_SCHEMA.equals(version)) {
            problems.add("config_schema (file): expected \"" + CONFIG_SCHEMA + "\", met " + Json.text(version));
        }
        if (!(given.getOrDefault("sonia_version", "") instanceof String)) {
            problems.add("sonia_version (file): expected a text");
        }
    }

    private void checkSecrets(Map<String, @Nullable Object> given, Set<String> problems) {
        Tree.leaves(given).forEach((path, value) -> {
            boolean named = !schema.declares(path) && path.stream().anyMatch(Redactor::hides);
            if (value != null && (named || holdsSecret(value))) {
                problems.add(String.join(".", path)
                        + " (file): looks like a secret; keep it in a file below secrets, never here");
            }
        });
    }

    private static boolean holdsSecret(@Nullable Object value) {
        return switch (value) {
            case String text -> Redactor.holdsSecret(text);
            case List<?> list -> list.stream().anyMatch(Source::holdsSecret);
            case Map<?, ?> map -> map.values().stream().anyMatch(Source::holdsSecret);
            case null -> false;
            default -> false;
        };
    }

    /** Reads the file's values first, then with the environment, so that each problem is told with its origin. */
    private static @Nullable Record value(
            Section<?> section, Map<String, @Nullable Object> given, Overlay overlay, Set<String> problems) {
        Shape<?> shape = Shape.of(section.type());
        Map<String, @Nullable Object> base = section(given, section);
        Map<String, @Nullable Object> over = section(overlay.values(), section);
        Map<String, @Nullable Object> defaults = defaults(section);
        Violations inFile = new Violations();
        Record value = shape.read(Tree.merge(defaults, base), inFile);
        inFile.found().forEach(each -> problems.add(problem(section, each, "file")));
        if (over.isEmpty()) {
            return value;
        }
        Violations inAll = new Violations();
        Record overlaid = shape.read(Tree.merge(Tree.merge(defaults, base), over), inAll);
        inAll.found().stream()
                .filter(each -> !inFile.found().contains(each))
                .forEach(each -> problems.add(problem(section, each, origin(section, each, overlay))));
        return value == null ? null : overlaid;
    }

    private static Map<String, @Nullable Object> section(Map<String, @Nullable Object> tree, Section<?> section) {
        return tree.get(section.name()) instanceof Map<?, ?> map ? Tree.object(map) : Map.of();
    }

    private static <T extends Record> Map<String, @Nullable Object> defaults(Section<T> section) {
        Shape<T> shape = Shape.of(section.type());
        return Json.plain(shape.read(Map.of()));
    }

    private static String problem(Section<?> section, Violation violation, String origin) {
        return section.name() + "." + violation.path() + " (" + origin + "): " + violation.message();
    }

    private static String origin(Section<?> section, Violation violation, Overlay overlay) {
        String name = overlay.setBy(path(section, violation.path()));
        return name == null ? "environment" : name;
    }

    private static List<String> path(Section<?> section, String dotted) {
        List<String> path = new ArrayList<>(List.of(section.name()));
        path.addAll(List.of(dotted.replaceAll("\\[.*", "").split("\\.", -1)));
        return path;
    }

    private static void addOrigins(
            Section<?> section,
            Map<String, @Nullable Object> given,
            Overlay overlay,
            Record value,
            Map<String, String> origins) {
        Map<String, @Nullable Object> whole = Map.of(section.name(), Json.plain(value));
        Tree.leaves(whole).keySet().forEach(path -> {
            String variable = overlay.setBy(path);
            String origin = variable != null ? "env:" + variable : Tree.at(given, path) != null ? "file" : "default";
            origins.put(String.join(".", path), origin);
        });
    }

    private static <T extends Record> void checkRule(Section<T> section, Sections read, Set<String> problems) {
        section.rule().check(read.get(section), read, each -> problems.add(section.name() + ": " + each));
    }

    private static String firstViolation(SoniaException refused) {
        return refused.details().get("violations") instanceof List<?> list
                        && list.getFirst() instanceof Map<?, ?> violation
                ? String.valueOf(violation.get("message"))
                : refused.text();
    }
}
