package io.sonia.kernel;

import java.util.List;
import java.util.Locale;

/** Removes the values of {@code name=value} and {@code "name": "value"} in running text where the name is a secret's. */
final class Assignments {

    private static final int MAX_NAME = 64;
    private static final int MAX_GAP = 3;
    /** A word after "token:" is a parser's complaint more often than a token unless it is long. */
    private static final int SHORTEST_TOKEN = 8;

    /** What the names of headers end with whose values have several words. */
    private static final List<String> HEADERS = List.of("authorization", "cookie");

    private static final String MARK = "[REDACTED:";

    private Assignments() {}

    static String redact(String text) {
        StringBuilder out = null;
        int copied = 0;
        for (int i = 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c == ':' || c == '=') && i >= copied) {
                String name = nameBefore(text, i);
                int start = valueStart(text, i + 1);
                // What was removed before is left alone, and not searched for its end again and again.
                if (!name.isEmpty() && SecretNames.hidesText(name) && !text.startsWith(MARK, start)) {
                    int end = valueEnd(text, start, name);
                    if (worthHiding(text, start, end, name)) {
                        out = out == null ? new StringBuilder(text.length()) : out;
                        out.append(text, copied, start).append("[REDACTED:secret]");
                        copied = end;
                    }
                }
            }
        }
        return out == null ? text : out.append(text, copied, text.length()).toString();
    }

    private static boolean worthHiding(String text, int start, int end, String name) {
        int shortest = name.equalsIgnoreCase("token") ? SHORTEST_TOKEN : 1;
        boolean number = end > start && text.substring(start, end).chars().allMatch(Character::isDigit);
        return end - start >= shortest && (!number || SecretNames.hidesNumber(name));
    }

    private static String nameBefore(String text, int at) {
        int end = at;
        while (end > 0 && at - end < MAX_GAP && isGap(text.charAt(end - 1))) {
            end--;
        }
        int start = end;
        while (start > 0 && end - start < MAX_NAME && isName(text.charAt(start - 1))) {
            start--;
        }
        return text.substring(start, end);
    }

    private static int valueStart(String text, int from) {
        int start = from;
        while (start < text.length() && start - from < MAX_GAP && isGap(text.charAt(start))) {
            start++;
        }
        return start;
    }

    /** A quoted value ends at its quote, a header's at the end of the line, any other at a delimiter. */
    private static int valueEnd(String text, int start, String name) {
        char before = start == 0 ? ' ' : text.charAt(start - 1);
        boolean quoted = before == '"' || before == '\'';
        boolean header = !quoted
                && HEADERS.stream()
                        .anyMatch(each -> name.toLowerCase(Locale.ROOT).endsWith(each));
        int end = start;
        while (end < text.length()) {
            char c = text.charAt(end);
            boolean over = quoted ? c == before : header ? c == '\n' || c == '\r' : isDelimiter(c);
            if (over) {
                return end;
            }
            end += c == '\\' && quoted ? 2 : 1;
        }
        return Math.min(end, text.length());
    }

    private static boolean isGap(char c) {
        return c == ' ' || c == '"' || c == '\'' || c == '\\';
    }

    private static boolean isName(char c) {
        return c == '_' || c == '-' || c == '.' || (c < 128 && Character.isLetterOrDigit(c));
    }

    private static boolean isDelimiter(char c) {
        return Character.isWhitespace(c) || ",;&\"'}])<>".indexOf(c) >= 0;
    }
}
