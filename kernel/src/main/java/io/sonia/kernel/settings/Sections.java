package io.sonia.kernel.settings;

import io.sonia.kernel.json.CanonicalJson;
import io.sonia.kernel.json.Json;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One consistent set of section values, each with the origin of its keys. */
public final class Sections {

    private final Map<String, Record> values;
    private final Map<String, String> origins;

    Sections(Map<String, Record> values, Map<String, String> origins) {
        this.values = Collections.unmodifiableMap(new TreeMap<>(values));
        this.origins = Map.copyOf(origins);
    }

    public <T extends Record> T get(Section<T> section) {
        return find(section)
                .orElseThrow(() -> new IllegalArgumentException("the section was not loaded: " + section.name()));
    }

    /** The value of a section that this process may not have loaded. */
    public <T extends Record> Optional<T> find(Section<T> section) {
        return Optional.ofNullable(values.get(section.name())).map(section.type()::cast);
    }

    /** All values as JSON, by section. */
    Map<String, @Nullable Object> json() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        values.forEach((name, value) -> json.put(name, Json.plain(value)));
        return json;
    }

    /** The origin of each key: {@code default}, {@code file} or {@code env:NAME}. */
    Map<String, String> origins() {
        return origins;
    }

    String digest() {
        return CanonicalJson.sha256(json());
    }

    /** These values, with those of the reloadable sections taken from {@code next}. */
    Sections withReloadable(Sections next, List<Section<?>> sections) {
        Map<String, Record> merged = new LinkedHashMap<>(values);
        Map<String, String> from = new LinkedHashMap<>(origins);
        for (Section<?> section : sections) {
            if (section.reloadable()) {
                merged.put(section.name(), next.get(section));
                from.keySet().removeIf(key -> key.startsWith(section.name() + "."));
            }
        }
        next.origins.forEach(from::putIfAbsent);
        return new Sections(merged, from);
    }
}
