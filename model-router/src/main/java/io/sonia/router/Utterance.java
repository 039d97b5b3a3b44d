package io.sonia.router;

import java.util.Optional;

/** What a person said, read from the left word by word without regard to case. */
final class Utterance {

    private static final String OPENING = "\"'`\u201c\u2018";
    private static final String CLOSING = "\"'`\u201d\u2019";
    private static final String PAUSES = ",:";
    private static final String PUNCTUATION = ".,;:!?";

    private final String text;
    private int at;

    Utterance(String text) {
        this.text = text.strip();
    }

    /** Passes over these words if they come next; a comma or colon after each is passed over too. */
    boolean take(String words) {
        int position = at;
        for (String word : words.split(" ", -1)) {
            int end = position + word.length();
            if (!text.regionMatches(true, position, word, 0, word.length()) || insideWord(end)) {
                return false;
            }
            position = afterBlanks(afterPause(end));
        }
        at = position;
        return true;
    }

    /** Passes over the first of these that comes next. */
    boolean takeOneOf(String... choices) {
        for (String each : choices) {
            if (take(each)) {
                return true;
            }
        }
        return false;
    }

    /** A quoted text, or one word without the punctuation at its end. */
    Optional<String> argument() {
        Optional<String> quoted = quoted();
        if (quoted.isPresent() || at >= text.length() || OPENING.indexOf(text.charAt(at)) >= 0) {
            return quoted;
        }
        int end = at;
        while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
            end++;
        }
        String word = withoutPunctuation(text.substring(at, end));
        at = afterBlanks(end);
        return word.isEmpty() ? Optional.empty() : Optional.of(word);
    }

    /** A text in quotes; empty if none comes next. */
    Optional<String> quoted() {
        int kind = at < text.length() ? OPENING.indexOf(text.charAt(at)) : -1;
        int end = kind < 0 ? -1 : text.indexOf(CLOSING.charAt(kind), at + 1);
        if (end < 0 || end == at + 1) {
            return Optional.empty();
        }
        String inside = text.substring(at + 1, end);
        int next = end + 1;
        while (next < text.length() && PUNCTUATION.indexOf(text.charAt(next)) >= 0) {
            next++;
        }
        at = afterBlanks(next);
        return Optional.of(inside);
    }

    /** Everything that is left, as it was said. */
    String rest() {
        return text.substring(at);
    }

    boolean atEnd() {
        return at >= text.length();
    }

    /** Drops punctuation at the end; a dot stays where it may be part of a path: alone, or after a dot or slash. */
    static String withoutPunctuation(String text) {
        int end = text.length();
        while (end > 0 && PUNCTUATION.indexOf(text.charAt(end - 1)) >= 0) {
            boolean pathDot = text.charAt(end - 1) == '.'
                    && (end == 1
                            || Character.isWhitespace(text.charAt(end - 2))
                            || text.charAt(end - 2) == '.'
                            || text.charAt(end - 2) == '/');
            if (pathDot) {
                break;
            }
            end--;
        }
        return text.substring(0, end);
    }

    private boolean insideWord(int position) {
        return position < text.length()
                && !Character.isWhitespace(text.charAt(position))
                && afterPause(position) == position;
    }

    /** Past commas and colons, and past any punctuation that ends the text. */
    private int afterPause(int position) {
        int next = position;
        while (next < text.length() && PUNCTUATION.indexOf(text.charAt(next)) >= 0) {
            next++;
        }
        if (next == text.length()) {
            return next;
        }
        next = position;
        while (next < text.length() && PAUSES.indexOf(text.charAt(next)) >= 0) {
            next++;
        }
        return next;
    }

    private int afterBlanks(int position) {
        int next = position;
        while (next < text.length() && Character.isWhitespace(text.charAt(next))) {
            next++;
        }
        return next;
    }
}
