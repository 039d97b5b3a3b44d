package io.sonia.kernel.settings;

import io.sonia.kernel.json.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The keys the sections know, as one JSON Schema tree whose first level is the sections. */
final class Schema {

    private static final String SEPARATOR = "__";

    private final Map<String, @Nullable Object> root;

    Schema(List<Section<?>> sections) {
        Map<String, @Nullable Object> properties = new LinkedHashMap<>();
        sections.forEach(
                each -> properties.put(each.name(), Shape.of(each.type()).schema()));
        this.root = Map.of("properties", properties);
    }

    /** The schema of a key, or null if the path leads nowhere. */
    @Nullable
    Map<String, @Nullable Object> at(List<String> path) {
        Map<String, @Nullable Object> schema = root;
        for (String key : path) {
            Map<String, @Nullable Object> next = child(schema, key);
            if (next == null) {
                return null;
            }
            schema = next;
        }
        return schema;
    }

    /** True if the last key of the path is one that a record declares, not one of a free map. */
    boolean declares(List<String> path) {
        Map<String, @Nullable Object> parent = at(path.subList(0, path.size() - 1));
        return parent != null && names(parent).contains(path.getLast());
    }

    /** The path that an environment variable's name without its prefix stands for, or null. */
    @Nullable
    List<String> byEnvironment(String name) {
        List<String> path = new ArrayList<>();
        Map<String, @Nullable Object> schema = root;
        for (String part : name.split(SEPARATOR, -1)) {
            String key = names(schema).stream()
                    .filter(each -> environmentForm(each).equals(part))
                    .findFirst()
                    .orElse(part.toLowerCase(Locale.ROOT));
            Map<String, @Nullable Object> next = part.isEmpty() ? null : child(schema, key);
            if (next == null) {
                return null;
            }
            path.add(key);
            schema = next;
        }
        return path.size() < 2 ? null : path;
    }

    /** The environment names, without prefix, of all declared leaves. */
    List<String> environmentNames() {
        List<String> out = new ArrayList<>();
        collect(root, "", out);
        return out;
    }

    private static void collect(Map<String, @Nullable Object> schema, String prefix, List<String> out) {
        for (String name : names(schema)) {
            String full = prefix + environmentForm(name);
            Map<String, @Nullable Object> next = child(schema, name);
            if (next != null && !names(next).isEmpty()) {
                collect(next, full + SEPARATOR, out);
            } else {
                out.add(full);
            }
        }
    }

    private static String environmentForm(String key) {
        return key.replace('-', '_').toUpperCase(Locale.ROOT);
    }

    private static Set<String> names(Map<String, @Nullable Object> schema) {
        return schema.get("properties") instanceof Map<?, ?> properties
                ? Tree.object(properties).keySet()
                : Set.of();
    }

    private static @Nullable Map<String, @Nullable Object> child(Map<String, @Nullable Object> schema, String key) {
        if (schema.get("properties") instanceof Map<?, ?> properties) {
            return properties.get(key) instanceof Map<?, ?> found ? Tree.object(found) : null;
        }
        if (schema.get("additionalProperties") instanceof Map<?, ?> any) {
            return Tree.object(any);
        }
        return "object".equals(schema.get("type")) ? Map.of() : null;
    }
}
