package io.sonia.kernel;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A hybrid logical clock (Kulkarni et al., 2014): wall milliseconds and a counter, merged on receipt, so that a cause
 * sorts before its effect across processes whose wall clocks differ. Wire form {@code <ms>-<counter>}.
 */
public final class Hlc {

    /** A peer may pull this clock ahead by at most one day, so that one bad header cannot ruin it. */
    private static final long MAX_AHEAD_MS = 86_400_000L;

    /** Beyond it the stamp runs ahead by a millisecond, so that stamps sort as text. */
    private static final long MAX_COUNTER = 99_999;

    private static final Pattern FORM = Pattern.compile("(\\d{1,15})-(\\d{1,5})");

    private final Clock clock;
    private long millis;
    private long counter;

    public Hlc(Clock clock) {
        this.clock = clock;
    }

    /** A stamp later than every stamp given or seen before, such as {@code 1795254000123-00000}. */
    public synchronized String tick() {
        long wall = clock.now().toEpochMilli();
        if (wall > millis) {
            millis = wall;
            counter = 0;
        } else if (counter < MAX_COUNTER) {
            counter++;
        } else {
            millis++;
            counter = 0;
        }
        return stamp(millis, counter);
    }

    /** Takes a peer's stamp into account; a malformed or absurd one is ignored. */
    public synchronized void merge(String stamp) {
        Matcher matcher = FORM.matcher(stamp);
        if (!matcher.matches()) {
            return;
        }
        long peerMillis = Long.parseLong(matcher.group(1));
        long peerCounter = Long.parseLong(matcher.group(2));
        if (peerMillis > clock.now().toEpochMilli() + MAX_AHEAD_MS) {
            return;
        }
        if (peerMillis > millis) {
            millis = peerMillis;
            counter = peerCounter;
        } else if (peerMillis == millis) {
            counter = Math.max(counter, peerCounter);
        }
    }

    /** Milliseconds have 13 digits until the year 2286, so stamps sort as text. */
    private static String stamp(long millis, long counter) {
        String count = Long.toString(counter);
        return millis + "-" + "0".repeat(Math.max(0, 5 - count.length())) + count;
    }
}
