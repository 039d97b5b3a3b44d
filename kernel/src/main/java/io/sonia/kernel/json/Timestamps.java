package io.sonia.kernel.json;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;

/**
 * Wire form of time: RFC 3339 in UTC with milliseconds, such as {@code 2026-01-31T09:00:00.000Z}. Each request holds
 * dozens of them, so that form is written and read without a formatter.
 */
public final class Timestamps {

    private static final DateTimeFormatter FORM =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private static final Pattern UTC = Pattern.compile("\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?Z");

    /** Where each digit may stand. */
    private static final String TEMPLATE = "0000-00-00T00:00:00.000Z";

    private static final int NANOS_PER_MILLI = 1_000_000;

    private Timestamps() {}

    public static String format(Instant time) {
        LocalDateTime utc = LocalDateTime.ofEpochSecond(time.getEpochSecond(), time.getNano(), ZoneOffset.UTC);
        if (utc.getYear() < 0 || utc.getYear() > 9999) {
            return FORM.format(time);
        }
        char[] out = TEMPLATE.toCharArray();
        put(out, 4, utc.getYear());
        put(out, 7, utc.getMonthValue());
        put(out, 10, utc.getDayOfMonth());
        put(out, 13, utc.getHour());
        put(out, 16, utc.getMinute());
        put(out, 19, utc.getSecond());
        put(out, 23, utc.getNano() / NANOS_PER_MILLI);
        return new String(out);
    }

    /**
     * Reads RFC 3339 in UTC with up to nine decimals.
     *
     * @throws DateTimeException for any other text
     */
    public static Instant parse(String text) {
        if (!isPlain(text)) {
            if (UTC.matcher(text).matches()) {
                return Instant.parse(text);
            }
            throw new DateTimeException("expected RFC 3339 in UTC");
        }
        return LocalDateTime.of(
                        number(text, 0, 4),
                        number(text, 5, 7),
                        number(text, 8, 10),
                        number(text, 11, 13),
                        number(text, 14, 16),
                        number(text, 17, 19),
                        number(text, 20, 23) * NANOS_PER_MILLI)
                .toInstant(ZoneOffset.UTC);
    }

    /** Writes the digits of a number up to {@code end}, over the zeros. */
    private static void put(char[] out, int end, int number) {
        int at = end;
        for (int left = number; left > 0; left /= 10) {
            at--;
            out[at] = (char) ('0' + left % 10);
        }
    }

    /** True for the form that {@link #format} writes; leap seconds and hour 24 are left to {@link Instant#parse}. */
    private static boolean isPlain(String text) {
        if (text.length() != TEMPLATE.length() || text.startsWith("24", 11) || text.startsWith("60", 17)) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char expected = TEMPLATE.charAt(i);
            char met = text.charAt(i);
            if (expected == '0' ? met < '0' || met > '9' : met != expected) {
                return false;
            }
        }
        return true;
    }

    private static int number(String text, int from, int to) {
        int number = 0;
        for (int i = from; i < to; i++) {
            number = number * 10 + text.charAt(i) - '0';
        }
        return number;
    }
}
