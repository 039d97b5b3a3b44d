package io.sonia.kernel.json;

import io.sonia.kernel.Sha256;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The one byte form of a JSON value (RFC 8785): keys sorted by UTF-16 code units, no blanks, numbers as ECMAScript
 * writes them. Digests and signatures are made over it.
 */
public final class CanonicalJson {

    private static final MathContext ONE_DIGIT = new MathContext(1, RoundingMode.HALF_EVEN);

    /** A control character becomes a backslash, a letter and four digits. */
    private static final int MOST_PER_CHAR = 6;

    private static final int MOST_PER_SCALAR = 25;

    /** A whole number of thousandths below this has at most fifteen digits. */
    private static final long SHORT = 1_000_000_000_000_000L;

    private CanonicalJson() {}

    public static byte[] bytes(@Nullable Object value) {
        StringBuilder out = new StringBuilder(256);
        append(value, out);
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** SHA-256 of the canonical form, as hex. */
    public static String sha256(@Nullable Object value) {
        return Sha256.hex(bytes(value));
    }

    private static void append(@Nullable Object value, StringBuilder out) {
        switch (value) {
            case null -> out.append("null");
            case String text -> appendText(Surrogates.replaced(text), out);
            case Boolean truth -> out.append(truth.booleanValue());
            case Integer number -> out.append(number.intValue());
            case Long number -> out.append(number.longValue());
            case Double number -> out.append(number(number));
            case Map<?, ?> map -> appendObject(map, out);
            case List<?> list -> appendList(list, out);
            default -> throw new IllegalArgumentException("no canonical form for " + value.getClass());
        }
    }

    private static void appendObject(Map<?, ?> map, StringBuilder out) {
        out.append('{');
        Object[] keys = map.keySet().toArray();
        Arrays.sort(keys);
        for (int i = 0; i < keys.length; i++) {
            if (i > 0) {
                out.append(',');
            }
            appendText(Surrogates.replaced((String) keys[i]), out);
            out.append(':');
            append(map.get(keys[i]), out);
        }
        out.append('}');
    }

    private static void appendList(List<?> list, StringBuilder out) {
        out.append('[');
        for (int i = 0; i < list.size(); i++) {
            if (i > 0) {
                out.append(',');
            }
            append(list.get(i), out);
        }
        out.append(']');
    }

    private static void appendText(String text, StringBuilder out) {
        out.append('"');
        if (plain(text)) {
            out.append(text).append('"');
            return;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20) {
                        out.append("\\u00")
                                .append(Character.forDigit(c >> 4, 16))
                                .append(Character.forDigit(c & 15, 16));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private static boolean plain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x20 || c == '"' || c == '\\') {
                return false;
            }
        }
        return true;
    }

    /** An upper bound for the length of {@link #bytes}, worked out without writing them. */
    static long mostBytes(@Nullable Object value) {
        return switch (value) {
            case String text -> MOST_PER_CHAR * (long) text.length() + 2;
            case Map<?, ?> map -> {
                long most = 2;
                for (Map.Entry<?, ?> each : map.entrySet()) {
                    most += mostBytes(each.getKey()) + mostBytes(each.getValue()) + 2;
                }
                yield most;
            }
            case List<?> list -> {
                long most = 2;
                for (Object each : list) {
                    most += mostBytes(each) + 1;
                }
                yield most;
            }
            case null, default -> MOST_PER_SCALAR;
        };
    }

    /** ECMAScript Number::toString (ECMA-262 section 6.1.6.1.20), from the shortest digits that {@link Double} gives. */
    static String number(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("not a JSON number: " + value);
        }
        if (value == 0) {
            return "0";
        }
        long thousandths = (long) Math.rint(value * 1000);
        if (Math.abs(thousandths) < SHORT && thousandths / 1000.0 == value) {
            return decimal(thousandths);
        }
        BigDecimal exact = shortest(Math.abs(value));
        String digits = exact.unscaledValue().toString();
        int point = digits.length() - exact.scale();
        StringBuilder out = new StringBuilder(value < 0 ? "-" : "");
        if (digits.length() <= point && point <= 21) {
            out.append(digits).append("0".repeat(point - digits.length()));
        } else if (0 < point && point <= 21) {
            out.append(digits, 0, point).append('.').append(digits, point, digits.length());
        } else if (-6 < point && point <= 0) {
            out.append("0.").append("0".repeat(-point)).append(digits);
        } else {
            out.append(digits.charAt(0));
            if (digits.length() > 1) {
                out.append('.').append(digits, 1, digits.length());
            }
            int exponent = point - 1;
            out.append('e').append(exponent < 0 ? '-' : '+').append(Math.abs(exponent));
        }
        return out.toString();
    }

    /** A number with at most fifteen digits is the only one so short that is read as its double, so it is the shortest. */
    private static String decimal(long thousandths) {
        long fraction = Math.abs(thousandths % 1000);
        StringBuilder out = new StringBuilder(thousandths < 0 ? "-" : "").append(Math.abs(thousandths / 1000));
        if (fraction > 0) {
            out.append('.').append((char) ('0' + fraction / 100));
            if (fraction % 100 > 0) {
                out.append((char) ('0' + fraction / 10 % 10));
            }
            if (fraction % 10 > 0) {
                out.append((char) ('0' + fraction % 10));
            }
        }
        return out.toString();
    }

    /** Java writes at least two digits where ECMAScript writes one if that is enough, as for 5e-324. */
    private static BigDecimal shortest(double value) {
        BigDecimal written = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        BigDecimal oneDigit = written.precision() == 2 ? written.round(ONE_DIGIT) : written;
        return oneDigit.doubleValue() == value ? oneDigit.stripTrailingZeros() : written;
    }
}
