package io.sonia.kernel;

/** Removes e-mail addresses (the dot-atom form of RFC 5322) from text. */
final class Addresses {

    private static final int MAX_LOCAL = 64;
    private static final int MAX_DOMAIN = 255;

    private Addresses() {}

    static String redact(String text) {
        StringBuilder out = new StringBuilder(text.length());
        int copied = 0;
        for (int at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
            int start = at;
            while (start > copied && at - start < MAX_LOCAL && isLocal(text.charAt(start - 1))) {
                start--;
            }
            int end = at + 1;
            while (end < text.length() && end - at <= MAX_DOMAIN && isDomain(text.charAt(end))) {
                end++;
            }
            while (end > at + 1 && !Character.isLetterOrDigit(text.charAt(end - 1))) {
                end--;
            }
            if (start < at && namesHost(text.substring(at + 1, end))) {
                out.append(text, copied, start).append("[REDACTED:email]");
                copied = end;
            }
        }
        return out.append(text, copied, text.length()).toString();
    }

    /** At least two labels, the last one of two letters or more; so a version after an at sign is none. */
    private static boolean namesHost(String domain) {
        int dot = domain.lastIndexOf('.');
        return dot > 0
                && domain.length() - dot > 2
                && domain.substring(dot + 1).chars().allMatch(Character::isLetter);
    }

    private static boolean isLocal(char c) {
        return (c < 128 && Character.isLetterOrDigit(c)) || "._%+-".indexOf(c) >= 0;
    }

    private static boolean isDomain(char c) {
        return c == '.' || c == '-' || (c < 128 && Character.isLetterOrDigit(c));
    }
}
