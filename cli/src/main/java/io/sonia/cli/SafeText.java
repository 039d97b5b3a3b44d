package io.sonia.cli;

/**
 * Text from a model, a tool or a log as a terminal may show it: nothing in it can move the cursor, change colours or
 * turn the reading direction, so that what an operator sees is what there is.
 */
final class SafeText {

    private SafeText() {}

    /** Line breaks and tabs stay; every other control or direction character is shown by its code. */
    static String of(String text) {
        return shown(text, true);
    }

    /** As {@link #of}, on one line. */
    static String line(String text) {
        return shown(text, false);
    }

    private static String shown(String text, boolean breaks) {
        if (text.chars().noneMatch(c -> unsafe(c) || isBreak(c))) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (breaks && isBreak(c)) {
                out.append(c);
            } else if (c == '\n') {
                out.append("\\n");
            } else if (c == '\t') {
                out.append("\\t");
            } else if (unsafe(c)) {
                out.append("\\u").append(String.format("%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private static boolean isBreak(int c) {
        return c == '\n' || c == '\t';
    }

    /** Controls (Unicode category Cc), line and paragraph separators, and the controls of the Unicode bidi algorithm. */
    private static boolean unsafe(int c) {
        return (Character.isISOControl(c) && !isBreak(c))
                || c == 0x061C
                || (c >= 0x200E && c <= 0x200F)
                || (c >= 0x2028 && c <= 0x202E)
                || (c >= 0x2066 && c <= 0x2069);
    }
}
