package io.sonia.cli;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Values as short words. */
final class Words {

    private static final double KIBI = 1024;
    private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB");
    private static final long MINUTE = 60;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    private Words() {}

    /** A constant as it is written on the wire. */
    static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** Such as {@code 42 s}, {@code 3 min 2 s} or {@code 2 d 5 h}. */
    static String seconds(long seconds) {
        if (seconds < MINUTE) {
            return seconds + " s";
        }
        if (seconds < HOUR) {
            return seconds / MINUTE + " min " + seconds % MINUTE + " s";
        }
        return seconds < DAY
                ? seconds / HOUR + " h " + seconds % HOUR / MINUTE + " min"
                : seconds / DAY + " d " + seconds % DAY / HOUR + " h";
    }

    /** Such as {@code 0.8 ms}, {@code 431 ms} or {@code 2.5 s}. */
    static String millis(double millis) {
        if (millis < 10) {
            return String.format(Locale.ROOT, "%.1f ms", millis);
        }
        return millis < 1000
                ? Math.round(millis) + " ms"
                : String.format(
                        Locale.ROOT,
                        "%.1f s",
                        Duration.ofNanos((long) (millis * 1e6)).toNanos() / 1e9);
    }

    /** A size in a unit that people read. */
    static String bytes(long bytes) {
        double left = bytes;
        int unit = 0;
        while (left >= KIBI && unit < UNITS.size() - 1) {
            left /= KIBI;
            unit++;
        }
        return (unit == 0 ? Long.toString(bytes) : String.format(Locale.ROOT, "%.1f", left)) + " " + UNITS.get(unit);
    }

    /** {@code 1 approval} or {@code 2 approvals}. */
    static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
