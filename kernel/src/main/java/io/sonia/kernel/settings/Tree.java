package io.sonia.kernel.settings;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Nested JSON objects as a tree of keys: merged, flattened to dotted paths and compared. Lists are leaves. */
final class Tree {

    private Tree() {}

    /** A copy of {@code below} with what {@code above} gives laid over it; null gives nothing. */
    static Map<String, @Nullable Object> merge(
            Map<String, ? extends @Nullable Object> below, Map<String, ? extends @Nullable Object> above) {
        Map<String, @Nullable Object> out = new LinkedHashMap<>(below);
        above.forEach((key, value) -> {
            if (value instanceof Map<?, ?> upper && out.get(key) instanceof Map<?, ?> lower) {
                out.put(key, merge(object(lower), object(upper)));
            } else if (value != null) {
                out.put(key, value);
            }
        });
        return out;
    }

    /** Puts a value under a path, making objects on the way; false if something else is in the way. */
    static boolean put(Map<String, @Nullable Object> tree, List<String> path, @Nullable Object value) {
        Map<String, @Nullable Object> at = tree;
        for (String key : path.subList(0, path.size() - 1)) {
            Object next = at.computeIfAbsent(key, absent -> new LinkedHashMap<String, @Nullable Object>());
            if (!(next instanceof Map<?, ?> map)) {
                return false;
            }
            at = object(map);
        }
        at.put(path.getLast(), value);
        return true;
    }

    /** The value under a dotted path's keys, or null. */
    static @Nullable Object at(Map<String, ? extends @Nullable Object> tree, List<String> path) {
        Object at = tree;
        for (String key : path) {
            if (!(at instanceof Map<?, ?> map)) {
                return null;
            }
            at = map.get(key);
        }
        return at;
    }

    /** Every leaf by its path. */
    static Map<List<String>, @Nullable Object> leaves(Map<String, ? extends @Nullable Object> tree) {
        Map<List<String>, @Nullable Object> out = new LinkedHashMap<>();
        collect(tree, List.of(), out);
        return out;
    }

    /** The dotted paths of the leaves that differ. */
    static List<String> differences(Map<String, @Nullable Object> one, Map<String, @Nullable Object> other) {
        Map<String, @Nullable Object> left = dotted(one);
        Map<String, @Nullable Object> right = dotted(other);
        TreeSet<String> keys = new TreeSet<>(left.keySet());
        keys.addAll(right.keySet());
        return keys.stream()
                .filter(key -> !Objects.equals(left.get(key), right.get(key)))
                .toList();
    }

    @SuppressWarnings("unchecked")
    static Map<String, @Nullable Object> object(Map<?, ?> map) {
        return (Map<String, @Nullable Object>) map;
    }

    private static Map<String, @Nullable Object> dotted(Map<String, @Nullable Object> tree) {
        Map<String, @Nullable Object> out = new TreeMap<>();
        leaves(tree).forEach((path, value) -> out.put(String.join(".", path), value));
        return out;
    }

    private static void collect(Map<?, ?> tree, List<String> path, Map<List<String>, @Nullable Object> out) {
        tree.forEach((key, value) -> {
            List<String> below = new ArrayList<>(path);
            below.add(String.valueOf(key));
            if (value instanceof Map<?, ?> map && !map.isEmpty()) {
                collect(map, below, out);
            } else {
                out.put(List.copyOf(below), value);
            }
        });
    }
}
