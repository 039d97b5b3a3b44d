package io.sonia.kernel.settings;

import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Nearest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the environment sets: {@code SONIA_<SECTION>__<KEY>}, nested keys joined by two underscores.
 *
 * @param values the settings as a tree
 * @param names the variable that set each path
 */
record Overlay(Map<String, @Nullable Object> values, Map<List<String>, String> names) {

    private static final String PREFIX = "SONIA_";

    /** Variables with the prefix that are no settings; they are read before there is a configuration. */
    private static final Set<String> NO_SETTINGS =
            Set.of("SONIA_HOME", "SONIA_DEV_MODE", "SONIA_JAVA_HOME", "SONIA_NO_BUILD");

    static Overlay read(Map<String, String> environment, Schema schema, Consumer<String> problems) {
        Overlay overlay = new Overlay(new LinkedHashMap<>(), new LinkedHashMap<>());
        new TreeMap<>(environment).forEach((name, text) -> {
            if (name.startsWith(PREFIX) && !NO_SETTINGS.contains(name)) {
                overlay.add(name, text, schema, problems);
            }
        });
        return overlay;
    }

    private void add(String name, String text, Schema schema, Consumer<String> problems) {
        List<String> path = schema.byEnvironment(name.substring(PREFIX.length()));
        Map<String, @Nullable Object> type = path == null ? null : schema.at(path);
        if (path == null || type == null) {
            String near = Nearest.to(name.substring(PREFIX.length()), schema.environmentNames())
                    .map(found -> "; nearest is " + PREFIX + found)
                    .orElse("");
            problems.accept(name + " (environment): no such setting" + near);
        } else if (Tree.put(values, path, value(text, type))) {
            names.put(path, name);
        } else {
            problems.accept(name + " (environment): sets a key inside one that another variable sets whole");
        }
    }

    /** JSON where the setting is no text and the value parses; else the text itself, to be refused by its type. */
    private static @Nullable Object value(String text, Map<String, @Nullable Object> type) {
        if ("string".equals(type.get("type"))) {
            return text;
        }
        try {
            return Json.parse(text);
        } catch (SoniaException notJson) {
            return text;
        }
    }

    /** The variable that set the path or something above or below it, or null. */
    @Nullable
    String setBy(List<String> path) {
        return names.entrySet().stream()
                .filter(each -> within(path, each.getKey()) || within(each.getKey(), path))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    private static boolean within(List<String> path, List<String> above) {
        return path.size() >= above.size() && path.subList(0, above.size()).equals(above);
    }
}
