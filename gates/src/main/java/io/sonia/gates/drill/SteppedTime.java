package io.sonia.gates.drill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;

/** Wall time as a clock tells it that somebody sets wrong while it is read. */
public final class SteppedTime {

    private static final Clock RIGHT = Clock.systemUTC();
    private static final long LOOK_EVERY_MS = 20;

    private static volatile Path file = Path.of("/dev/null");
    private static volatile long offsetMs;
    private static volatile long lookedAt;

    private SteppedTime() {}

    /** From now on the clock is wrong by what this file says, in milliseconds. */
    static void follow(Path offset) {
        file = offset;
    }

    /** The time now, wrong by as much as the file said at most 20 ms ago. */
    public static Instant now() {
        long ms = RIGHT.millis();
        if (Math.abs(ms - lookedAt) >= LOOK_EVERY_MS) {
            lookedAt = ms;
            try {
                offsetMs = Long.parseLong(Files.readString(file).strip());
            } catch (IOException | NumberFormatException notNow) {
                // It is being written: the former offset holds on.
            }
        }
        return RIGHT.instant().plusMillis(offsetMs);
    }
}
