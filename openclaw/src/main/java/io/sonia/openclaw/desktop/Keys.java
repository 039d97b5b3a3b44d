package io.sonia.openclaw.desktop;

import java.util.Locale;
import java.util.Map;

/** The keys that can be pressed, by what people call them. */
final class Keys {

    /** A letter, a digit, a function key or a name. */
    static final String PATTERN =
            "[a-z0-9]|f[1-9]|f1[0-2]|ctrl|alt|shift|super|enter|tab|escape|backspace|delete|insert|space|home|end"
                    + "|page_up|page_down|up|down|left|right";

    /** What X11 calls those that it does not call the same with a capital letter. */
    private static final Map<String, String> SYMBOLS = Map.of(
            "enter", "Return",
            "backspace", "BackSpace",
            "page_up", "Page_Up",
            "page_down", "Page_Down");

    private static final String AS_THEY_ARE = "[a-z0-9]|ctrl|alt|shift|super|space";

    private Keys() {}

    /** The X11 name of a key that {@link #PATTERN} lets pass. */
    static String symbol(String key) {
        if (key.matches(AS_THEY_ARE)) {
            return key;
        }
        String capital = key.substring(0, 1).toUpperCase(Locale.ROOT) + key.substring(1);
        return SYMBOLS.getOrDefault(key, capital);
    }
}
