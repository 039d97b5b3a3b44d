package io.sonia.kernel;

import java.util.Locale;
import java.util.regex.Pattern;

/** Tells by a key's name whether its value is a secret. */
final class SecretNames {

    private static final int MAX_LENGTH = 128;
    private static final String WORD = "(?:password|passwd|pwd|passphrase|secrets?|token|authorization|cookies?"
            + "|credentials?|apikey|(?:api|access|private|signing|encryption)_key)";
    private static final Pattern ANYWHERE = Pattern.compile("(?:^|.*_)" + WORD + "(?:_.*|$)");
    private static final Pattern AT_END = Pattern.compile("(?:^|.*_)" + WORD + "$");
    private static final Pattern CAMEL = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");

    private SecretNames() {}

    /** True if a text under this name is a secret: one of the words stands anywhere in it. */
    static boolean hidesText(String name) {
        return suspicious(name) && ANYWHERE.matcher(normal(name)).matches();
    }

    /** True if a number under this name is a secret: its last word says so, as in {@code pin_password}. */
    static boolean hidesNumber(String name) {
        return suspicious(name) && AT_END.matcher(normal(name)).matches();
    }

    /** Cheap and never wrong when it says no; fence tokens are public sequence numbers. */
    private static boolean suspicious(String name) {
        if (name.length() > MAX_LENGTH || name.equalsIgnoreCase("fence_token")) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            boolean start = switch (name.charAt(i) | 0x20) {
                case 'p' -> has(name, i, "pass") || has(name, i, "pwd");
                case 's' -> has(name, i, "secret");
                case 't' -> has(name, i, "token");
                case 'a' -> has(name, i, "authorization");
                case 'c' -> has(name, i, "cookie") || has(name, i, "credential");
                case 'k' -> has(name, i, "key");
                default -> false;
            };
            if (start) {
                return true;
            }
        }
        return false;
    }

    private static boolean has(String name, int at, String word) {
        return name.regionMatches(true, at, word, 0, word.length());
    }

    private static String normal(String name) {
        return CAMEL.matcher(name)
                .replaceAll("_")
                .replace('-', '_')
                .replace('.', '_')
                .replace(' ', '_')
                .toLowerCase(Locale.ROOT);
    }
}
