package io.sonia.kernel.json;

/** Halves of UTF-16 pairs that stand alone: no UTF-8 holds them, so no reader is given one and none is taken. */
final class Surrogates {

    private static final char REPLACEMENT = '\uFFFD';

    private Surrogates() {}

    static boolean standAlone(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= Character.MIN_SURROGATE && Character.isSurrogate(c)) {
                if (!Character.isSupplementaryCodePoint(text.codePointAt(i))) {
                    return true;
                }
                i++;
            }
        }
        return false;
    }

    /** The text with the replacement character for each half; written and digested texts are so the same. */
    static String replaced(String text) {
        if (!standAlone(text)) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints()
                .map(point -> Character.getType(point) == Character.SURROGATE ? REPLACEMENT : point)
                .forEach(out::appendCodePoint);
        return out.toString();
    }
}
