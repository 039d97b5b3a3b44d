package io.sonia.kernel;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Removes keys that tell by their prefix what they are, and JSON web tokens (RFC 7519), from text. */
final class Keys {

    /** No key is shorter; only words of this length are looked at. */
    static final int SHORTEST = 16;

    /** SONIA's own keys and grants, then the published forms of model, code and cloud providers. */
    private static final Pattern FORM =
            Pattern.compile("(?<jwt>eyJ[A-Za-z0-9_-]{8,}+\\.[A-Za-z0-9_-]{4,}+(?:\\.[A-Za-z0-9_-]*+)?)"
                    + "|s[kt]-sonia-[A-Za-z0-9._-]{8,}+"
                    + "|sgr_[A-Za-z0-9._-]{12,}+"
                    + "|(?:sk-|gsk_|xai-|pplx-|nvapi-|glpat-|github_pat_|xox[abeprs]-|AIza)[A-Za-z0-9_-]{16,}+"
                    + "|(?:hf_|r8_|npm_|gh[opsur]_)[A-Za-z0-9]{30,}+"
                    + "|A[KS]IA[0-9A-Z]{16}+(?![A-Za-z0-9])");

    private Keys() {}

    static String redact(String text) {
        Matcher form = FORM.matcher(text);
        StringBuilder out = null;
        int copied = 0;
        int end = 0;
        for (int start = 0; start < text.length(); start = end + 1) {
            end = wordEnd(text, start);
            int key = end - start < SHORTEST ? -1 : keyStart(text, start, form);
            if (key >= 0) {
                out = out == null ? new StringBuilder(text.length()) : out;
                out.append(text, copied, key).append(form.group("jwt") == null ? "[REDACTED:key]" : "[REDACTED:jwt]");
                copied = form.end();
                end = Math.max(end, copied - 1);
            }
        }
        return out == null ? text : out.append(text, copied, text.length()).toString();
    }

    /** A key starts its word but for hyphens, or follows the letter of an escaped line break, as in quoted JSON. */
    private static int keyStart(String text, int start, Matcher form) {
        int first = start;
        while (first < text.length() && text.charAt(first) == '-') {
            first++;
        }
        if (form.region(first, text.length()).lookingAt()) {
            return first;
        }
        boolean escaped = start > 0 && text.charAt(start - 1) == '\\' && "nrt".indexOf(text.charAt(start)) >= 0;
        return escaped && form.region(start + 1, text.length()).lookingAt() ? start + 1 : -1;
    }

    private static int wordEnd(String text, int start) {
        int end = start;
        while (end < text.length() && isWord(text.charAt(end))) {
            end++;
        }
        return end;
    }

    static boolean isWord(char c) {
        int lower = c | 0x20;
        return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    }
}
