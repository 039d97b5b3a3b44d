package io.sonia.gateway;

/** The beginning of a text. */
final class Excerpt {

    private Excerpt() {}

    /** At most {@code maxChars} of the text; a character of two UTF-16 halves is in it as a whole or not at all. */
    static String of(String text, int maxChars) {
        if (text.length() <= maxChars) {
            return text;
        }
        boolean halved = maxChars > 0 && Character.isSurrogatePair(text.charAt(maxChars - 1), text.charAt(maxChars));
        return text.substring(0, halved ? maxChars - 1 : maxChars);
    }

    /** As {@link #of}, with dots where something was left out. */
    static String dotted(String text, int maxChars) {
        return text.length() <= maxChars ? text : of(text, maxChars) + "...";
    }
}
