package io.sonia.evaos.supervision;

import io.sonia.contracts.evaos.RestartBudget;
import java.util.concurrent.TimeUnit;

/**
 * The automatic restarts of one service: a burst of a few within a window, each after a longer wait, then a cool-down
 * that doubles with each time; and beside it so many within a long time, kept as one moment that each restart moves on
 * (generic cell rate algorithm, ITU-T I.371), which no stable run forgets. Times are milliseconds of an epoch clock.
 *
 * @param backoffUntilMs when the granted restart may happen or, if exhausted, when the cool-down is over; 0 if exhausted
 *     until somebody starts the service
 * @param cooldownSeconds the length of the last cool-down, 0 if there was none since the last stable run
 * @param sustainedUntilMs when every restart taken so far is worn off; past if none counts
 */
record Budget(
        long windowStartMs,
        int attempts,
        long backoffUntilMs,
        boolean exhausted,
        int cooldownSeconds,
        long sustainedUntilMs) {

    static final Budget UNUSED = new Budget(0, 0, 0, false, 0, 0);

    /** How every service reads while the store cannot be read: nothing is restarted on a guess. */
    static final Budget UNREADABLE = new Budget(0, 999, 0, true, 0, 0);

    /** No budget in use has more attempts: the settings allow fewer. */
    private static final long MAX_ATTEMPTS = 998;

    /** A budget as it was stored; one that cannot be true is damaged and counts as unreadable. */
    static Budget stored(
            long windowStartMs,
            long attempts,
            long backoffUntilMs,
            long exhausted,
            long cooldownSeconds,
            long sustainedUntilMs) {
        boolean sound = windowStartMs >= 0
                && attempts >= 0
                && attempts <= MAX_ATTEMPTS
                && backoffUntilMs >= 0
                && (exhausted == 0 || exhausted == 1)
                && cooldownSeconds >= 0
                && cooldownSeconds <= Integer.MAX_VALUE
                && sustainedUntilMs >= 0;
        return sound
                ? new Budget(
                        windowStartMs,
                        (int) attempts,
                        backoffUntilMs,
                        exhausted == 1,
                        (int) cooldownSeconds,
                        sustainedUntilMs)
                : UNREADABLE;
    }

    /** Waits differ by up to a fifth, so that services that fell together do not start together. */
    static final int JITTER_PERCENT = 20;

    boolean readable() {
        return !equals(UNREADABLE);
    }

    /** True if a restart may be taken now. */
    boolean left(SupervisionConfig config, long nowMs) {
        return remaining(config, nowMs) > 0;
    }

    int remaining(SupervisionConfig config, long nowMs) {
        if (exhausted) {
            return 0;
        }
        int burst = windowOver(config, nowMs) ? config.restarts() : Math.max(0, config.restarts() - attempts);
        return Math.min(burst, sustained(config, nowMs));
    }

    /** One restart taken. {@code jitterPercent} is from -20 to 20. */
    Budget attempt(SupervisionConfig config, long nowMs, int jitterPercent) {
        boolean fresh = windowOver(config, nowMs);
        int number = fresh ? 1 : attempts + 1;
        int last = config.backoffSeconds().size() - 1;
        int seconds = config.backoffSeconds().get(Math.min(number - 1, last));
        long wait = TimeUnit.SECONDS.toMillis(seconds) * (100 + jitterPercent) / 100;
        return new Budget(
                fresh ? nowMs : windowStartMs,
                number,
                nowMs + wait,
                false,
                cooldownSeconds,
                Math.max(nowMs, sustainedUntilMs) + config.sustainedIntervalMs());
    }

    /** Used up: rests for the cool-down. */
    Budget spent(SupervisionConfig config, long nowMs) {
        int seconds = cooldownSeconds == 0
                ? config.cooldownSeconds()
                : (int) Math.min(2L * cooldownSeconds, config.cooldownMaxSeconds());
        return new Budget(
                windowStartMs, attempts, nowMs + TimeUnit.SECONDS.toMillis(seconds), true, seconds, sustainedUntilMs);
    }

    /** Rests until somebody starts the service. */
    Budget ended() {
        return readable() ? new Budget(windowStartMs, attempts, 0, true, cooldownSeconds, sustainedUntilMs) : this;
    }

    boolean cooledDown(long nowMs) {
        return exhausted && backoffUntilMs > 0 && nowMs >= backoffUntilMs;
    }

    /** New attempts after a cool-down; its length is remembered. */
    Budget cooled() {
        return new Budget(0, 0, 0, false, cooldownSeconds, sustainedUntilMs);
    }

    /** What a stable run leaves: the burst and the cool-down are forgotten, the sustained budget is not. */
    Budget afterStableRun() {
        return new Budget(0, 0, 0, false, 0, sustainedUntilMs);
    }

    /**
     * The budget as a new life of the supervisor takes it up. A start by hand is what a service that was misconfigured
     * waits for; times that a set-back clock has put into the future are brought back.
     */
    Budget restored(SupervisionConfig config, long nowMs) {
        if (exhausted && backoffUntilMs == 0) {
            return cooled();
        }
        long latest = nowMs + TimeUnit.SECONDS.toMillis(config.cooldownMaxSeconds());
        return new Budget(
                Math.min(windowStartMs, nowMs),
                attempts,
                Math.min(backoffUntilMs, latest),
                exhausted,
                cooldownSeconds,
                Math.min(sustainedUntilMs, nowMs + config.sustainedRestarts() * config.sustainedIntervalMs()));
    }

    /** The same for a clock that was set back by so much since this was stored: what counts goes back with it. */
    Budget setBack(long ms) {
        long until = Math.max(0, sustainedUntilMs - Math.max(0, ms));
        return readable()
                ? new Budget(windowStartMs, attempts, backoffUntilMs, exhausted, cooldownSeconds, until)
                : this;
    }

    RestartBudget view(SupervisionConfig config) {
        return new RestartBudget(windowStartMs, attempts, config.restarts(), backoffUntilMs, exhausted);
    }

    /** What is left of the sustained budget: one comes back each interval. */
    private int sustained(SupervisionConfig config, long nowMs) {
        long taken = Math.ceilDiv(Math.max(0, sustainedUntilMs - nowMs), config.sustainedIntervalMs());
        return Math.toIntExact(Math.max(0, config.sustainedRestarts() - taken));
    }

    private boolean windowOver(SupervisionConfig config, long nowMs) {
        return attempts == 0 || nowMs - windowStartMs >= TimeUnit.SECONDS.toMillis(config.restartWindowSeconds());
    }
}
