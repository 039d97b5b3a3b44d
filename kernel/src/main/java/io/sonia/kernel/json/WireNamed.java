package io.sonia.kernel.json;

import java.util.Locale;

/** A constant whose wire name is not its Java name in lower case. */
public interface WireNamed {
    String wireName();

    /** The wire name of any constant: what it says itself, else its name in lower case. */
    static String of(Enum<?> constant) {
        return constant instanceof WireNamed named
                ? named.wireName()
                : constant.name().toLowerCase(Locale.ROOT);
    }
}
