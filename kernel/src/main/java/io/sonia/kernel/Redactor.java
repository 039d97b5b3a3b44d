package io.sonia.kernel;

import io.sonia.kernel.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Removes secrets and personal data from what is about to be written to logs, audit and bundles, leaving
 * {@code [REDACTED:<kind>]}. Time is linear in the text: each pattern starts at a boundary and is bounded or possessive.
 */
public final class Redactor {

    private static final int ASSIGNMENT = 1;
    private static final int LONG_WORD = 2;
    private static final int AT_SIGN = 4;
    private static final int NUMBER = 8;
    private static final int DASHES = 16;
    private static final int BEARER = 32;

    private static final String SECRET = "[REDACTED:secret]";

    private static final Pattern BEARER_TOKEN = Pattern.compile(
            "(?i)(?<![a-z0-9])(bearer\\s{1,4})(?=[^\\s,;]{0,19}[0-9._~+/=-]|[^\\s,;]{20})" + "([a-z0-9._~+/=-]{8,}+)");
    private static final Pattern CONNECTION = Pattern.compile("(://)[^\\s/@:\\[]{0,128}:[^\\s/@]{1,256}@");
    private static final Pattern BLOCK = Pattern.compile("-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----");
    private static final String BLOCK_END = "PRIVATE KEY";

    private Redactor() {}

    /** The text without secrets and personal data; the same object if it has none. */
    public static String text(String text) {
        int hints = hints(text);
        if (hints == 0) {
            return text;
        }
        String out = secrets(text, hints);
        if ((hints & AT_SIGN) != 0) {
            out = Addresses.redact(out);
        }
        if ((hints & NUMBER) != 0) {
            out = PersonalNumbers.redact(out);
        }
        return out.equals(text) ? text : out;
    }

    /** A line of a log without them: by its keys if it is a JSON object, else as running text. */
    public static String line(String line) {
        if (line.startsWith("{")) {
            try {
                return Json.text(map(Json.parseObject(line)));
            } catch (SoniaException malformed) {
                return text(line);
            }
        }
        return text(line);
    }

    /** The text without keys, tokens, passwords and private keys; personal data stays. */
    public static String secrets(String text) {
        return secrets(text, hints(text));
    }

    /** True if the text holds a key, token, password or private key. */
    public static boolean holdsSecret(String text) {
        return !secrets(text).equals(text);
    }

    /** True if a text under this name must not be shown. */
    public static boolean hides(String name) {
        return SecretNames.hidesText(name);
    }

    /** The same JSON with every text redacted, and the values of keys named like a secret removed. */
    public static Map<String, @Nullable Object> map(Map<String, ? extends @Nullable Object> map) {
        Map<String, @Nullable Object> out = new LinkedHashMap<>();
        map.forEach((key, value) -> out.put(key, value(key, value)));
        return out;
    }

    private static @Nullable Object value(String key, @Nullable Object value) {
        return switch (value) {
            case null -> null;
            case Boolean truth -> truth;
            case Number number -> SecretNames.hidesNumber(key) ? SECRET : number;
            default -> SecretNames.hidesText(key) ? SECRET : plain(value);
        };
    }

    private static @Nullable Object plain(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case String text -> text(text);
            case Map<?, ?> map -> {
                Map<String, @Nullable Object> out = new LinkedHashMap<>();
                map.forEach((key, item) -> out.put(String.valueOf(key), value(String.valueOf(key), item)));
                yield out;
            }
            case Iterable<?> list -> {
                List<@Nullable Object> out = new ArrayList<>();
                list.forEach(item -> out.add(plain(item)));
                yield out;
            }
            default -> value;
        };
    }

    private static String secrets(String text, int hints) {
        String out = text;
        if ((hints & DASHES) != 0) {
            out = privateKeys(out);
        }
        if ((hints & ASSIGNMENT) != 0) {
            out = Assignments.redact(out);
        }
        if ((hints & AT_SIGN) != 0 && (hints & ASSIGNMENT) != 0) {
            out = CONNECTION.matcher(out).replaceAll("$1[REDACTED:connection]@");
        }
        if ((hints & LONG_WORD) != 0) {
            out = Keys.redact(out);
        }
        return (hints & BEARER) == 0 ? out : BEARER_TOKEN.matcher(out).replaceAll(Redactor::bearer);
    }

    private static String bearer(MatchResult match) {
        return match.group(1) + "[REDACTED:bearer]";
    }

    /** Cuts each block from its first line to the end of its last one, or to the end of the text. */
    private static String privateKeys(String text) {
        StringBuilder out = new StringBuilder();
        int from = 0;
        var begin = BLOCK.matcher(text);
        while (begin.find(from)) {
            out.append(text, from, begin.start()).append("[REDACTED:private_key]");
            int end = text.indexOf("-----END ", begin.end());
            int name = end < 0 ? -1 : text.indexOf(BLOCK_END, end);
            int last = name < 0 ? -1 : text.indexOf("-----", name);
            if (last < 0) {
                return out.toString();
            }
            from = last + 5;
        }
        return out.append(text, from, text.length()).toString();
    }

    /** One look at each character tells which patterns could match at all; most texts need none. */
    private static int hints(String text) {
        int hints = 0;
        int word = 0;
        int digits = 0;
        int dashes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            dashes = c == '-' ? dashes + 1 : 0;
            if (dashes == 5) {
                hints |= DASHES;
            }
            digits += c >= '0' && c <= '9' ? 1 : 0;
            if (Keys.isWord(c)) {
                word++;
                if ((c == 'b' || c == 'B') && text.regionMatches(true, i, "bearer", 0, 6)) {
                    hints |= BEARER;
                }
            } else {
                word = 0;
                hints |= c == ':' || c == '=' ? ASSIGNMENT : c == '@' ? AT_SIGN : 0;
            }
            if (word == Keys.SHORTEST) {
                hints |= LONG_WORD;
            }
        }
        return digits < PersonalNumbers.FEWEST_DIGITS ? hints : hints | NUMBER;
    }
}
