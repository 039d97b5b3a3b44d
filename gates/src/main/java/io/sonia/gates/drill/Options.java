package io.sonia.gates.drill;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The words after the drill's name: {@code --flag} and {@code --name=value}. */
final class Options {

    /** Fixed, so that two runs make the same cases unless told otherwise. */
    static final long SEED = 4711;

    private final Set<String> flags = new HashSet<>();
    private final Map<String, String> values = new HashMap<>();

    /** @throws IllegalArgumentException naming a word that is not among {@code known} */
    Options(List<String> words, Set<String> known) {
        for (String word : words) {
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            if (!known.contains(name)) {
                throw new IllegalArgumentException("unknown option " + word + ", expected some of " + known);
            }
            if (equals < 0) {
                flags.add(word);
            } else {
                values.put(name, word.substring(equals + 1));
            }
        }
    }

    boolean has(String flag) {
        return flags.contains(flag);
    }

    int number(String name, int otherwise) {
        String value = values.get(name);
        return value == null ? otherwise : Integer.parseInt(value);
    }

    @Nullable
    String text(String name) {
        return values.get(name);
    }

    long seed() {
        String value = values.get("--seed");
        return value == null ? SEED : Long.parseLong(value);
    }

    @Nullable
    Path json() {
        String value = values.get("--json");
        return value == null ? null : Path.of(value);
    }
}
