package io.sonia.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdaptiveLimitTest {

    private static final Duration BAD = AdaptiveLimit.TARGET.multipliedBy(2);
    private static final Duration GOOD = Duration.ofMillis(1);
    private static final int SAMPLES = 20;

    private final AdaptiveLimit limit = new AdaptiveLimit(8, 200, 0);
    private long now;

    @BeforeEach
    void grow() {
        windowsUntil(200);
    }

    /** One window of requests that all waited so long; one more did not wait as the others. */
    private void window(Duration waits, Duration oneWaits, int used) {
        for (int i = 1; i <= SAMPLES; i++) {
            Duration wait = i == SAMPLES / 2 ? oneWaits : waits;
            now += AdaptiveLimit.WINDOW.toNanos() / SAMPLES + 1;
            limit.began(wait.toNanos(), used, now);
        }
    }

    private int windowsUntil(int wanted) {
        int windows = 0;
        while (limit.current() < wanted && windows < 10_000) {
            limit.wanted();
            window(GOOD, GOOD, limit.current());
            windows++;
        }
        return windows;
    }

    @Test
    void itBeginsLowAndGrowsFastUntilItWasTooHighOnce() {
        AdaptiveLimit fresh = new AdaptiveLimit(8, 200, now);

        assertThat(fresh.current()).isEqualTo(64);
        for (int i = 0; i < 3 * SAMPLES; i++) {
            fresh.wanted();
            now += AdaptiveLimit.WINDOW.toNanos() / SAMPLES + 1;
            fresh.began(GOOD.toNanos(), fresh.current(), now);
        }
        assertThat(fresh.current()).isGreaterThan(100);
    }

    @Test
    void aStandingQueueTakesPlacesAwayBelowWhatIsUsed() {
        window(BAD, BAD, 100);

        assertThat(limit.current()).isLessThan(100);
    }

    @Test
    void itIsNeverLessThanItsLeast() {
        for (int i = 0; i < 100; i++) {
            window(BAD, BAD, 0);
        }
        assertThat(limit.current()).isEqualTo(8);
    }

    @Test
    void aFullQueueFurtherOnTakesPlacesAwayThoughProcessorsAreFree() {
        limit.overflowed();
        window(GOOD, GOOD, 100);
        assertThat(limit.current()).isLessThan(100);
        int after = limit.current();
        window(GOOD, GOOD, 100);
        assertThat(limit.current()).isEqualTo(after);
    }

    @Test
    void aBurstIsNoStandingQueue() {
        window(BAD, GOOD, 100);

        assertThat(limit.current()).isEqualTo(200);
    }

    @Test
    void fewRequestsSayNothing() {
        for (int i = 0; i < 30; i++) {
            now += Duration.ofMillis(500).toNanos();
            limit.began(BAD.toNanos(), 10, now);
        }
        assertThat(limit.current()).isEqualTo(200);
    }

    @Test
    void placesComeBackSlowerThanTheyWentAndOnlyIfWanted() {
        int down = 0;
        for (int used = 200; limit.current() > 20; used = limit.current()) {
            window(BAD, BAD, used);
            down++;
        }
        int low = limit.current();
        for (int i = 0; i < 20; i++) {
            window(GOOD, GOOD, low);
        }
        assertThat(limit.current()).isEqualTo(low);

        assertThat(windowsUntil(200)).isBetween(2 * down, 1_000);
        assertThat(windowsUntil(201)).isEqualTo(10_000);
        assertThat(limit.current()).isEqualTo(200);
    }

    @Test
    void betweenGoodAndBadNothingChanges() {
        window(BAD, BAD, 100);
        int before = limit.current();
        limit.wanted();
        Duration middling = AdaptiveLimit.TARGET.multipliedBy(3).dividedBy(4);
        window(middling, middling, 100);

        assertThat(limit.current()).isEqualTo(before);
    }
}
