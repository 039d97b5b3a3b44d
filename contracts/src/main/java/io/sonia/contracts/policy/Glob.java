package io.sonia.contracts.policy;

import java.util.List;

/**
 * A pattern over a name, or over the parts of a path, of a host name or of a command: {@code *} stands for any characters
 * of one part, a part that is {@code **} for any number of parts, also none. Matching takes time linear in text times pattern at worst.
 */
public record Glob(List<String> parts) {

    private static final String ANY_PARTS = "**";

    /** A glob over one name, such as {@code file.*}. */
    public static Glob ofName(String pattern) {
        return new Glob(List.of(pattern));
    }

    /** A glob over a text in parts between slashes, such as {@code docs/**}. */
    public static Glob ofPath(String pattern) {
        return new Glob(List.of(pattern.split("/", -1)));
    }

    /** True if the whole name matches. */
    public boolean matchesName(String name) {
        return matches(parts.getFirst(), name);
    }

    /** True if all parts of the path match. */
    public boolean matchesPath(String path) {
        return matchesParts(List.of(path.split("/", -1)));
    }

    /** True if all parts match, whatever they are parts of. */
    public boolean matchesParts(List<String> given) {
        int part = 0;
        int at = 0;
        int lastAny = -1;
        int resume = 0;
        while (at < given.size()) {
            boolean any = part < parts.size() && parts.get(part).equals(ANY_PARTS);
            if (any) {
                lastAny = part++;
                resume = at;
            } else if (part < parts.size() && matches(parts.get(part), given.get(at))) {
                part++;
                at++;
            } else if (lastAny >= 0) {
                part = lastAny + 1;
                at = ++resume;
            } else {
                return false;
            }
        }
        while (part < parts.size() && parts.get(part).equals(ANY_PARTS)) {
            part++;
        }
        return part == parts.size();
    }

    /** Greedy: after a mismatch only the last star can still take one more character. */
    private static boolean matches(String pattern, String text) {
        int p = 0;
        int t = 0;
        int star = -1;
        int resume = 0;
        while (t < text.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                resume = t;
            } else if (p < pattern.length() && pattern.charAt(p) == text.charAt(t)) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++resume;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }
}
