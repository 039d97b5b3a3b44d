package io.sonia.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.Clock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TokenBucketsTest {

    /** A clock that moves only when told to. */
    private static final class Time implements Clock {
        private long nanos = Long.MAX_VALUE - 5_000_000_000L;

        @Override
        public Instant now() {
            return Instant.EPOCH;
        }

        @Override
        public long nanoTime() {
            return nanos;
        }

        @Override
        public void sleep(Duration duration) {
            nanos += duration.toNanos();
        }
    }

    private final Time time = new Time();
    private final TokenBuckets buckets = new TokenBuckets(time);

    private int granted(String key, int tries) {
        int granted = 0;
        for (int i = 0; i < tries; i++) {
            granted += buckets.take(key, 10, 5).isZero() ? 1 : 0;
        }
        return granted;
    }

    @Test
    void aBucketGivesWhatItHoldsAndThenAtItsRate() {
        assertThat(granted("a", 9)).isEqualTo(5);
        assertThat(buckets.take("a", 10, 5)).isEqualTo(Duration.ofMillis(100));
        time.sleep(Duration.ofMillis(250));
        assertThat(granted("a", 9)).isEqualTo(2);
        time.sleep(Duration.ofDays(1));
        assertThat(granted("a", 9)).isEqualTo(5);
        assertThat(granted("b", 9)).isEqualTo(5);
    }

    @Test
    void aFloodOfNewKeysNeitherEmptiesNorFillsTheBucketsThatAreThere() {
        assertThat(granted("known", 3)).isEqualTo(3);
        int granted = 0;
        for (int i = 0; i < 50_000; i++) {
            granted += granted("stranger " + i, 1);
        }
        // Room for 9,999, and the last ones share one bucket.
        assertThat(granted).isEqualTo(9_999 + 5);
        assertThat(granted("known", 9)).isEqualTo(2);
        time.sleep(Duration.ofMillis(400));
        assertThat(granted("known", 9)).isEqualTo(4);
    }

    @Test
    void bucketsThatAreFullAgainMakeRoom() {
        for (int i = 0; i < 10_000; i++) {
            granted("stranger " + i, 1);
        }
        assertThat(granted("new", 9)).isEqualTo(5);
        assertThat(granted("newer", 9)).isZero();
        time.sleep(Duration.ofSeconds(1));
        assertThat(granted("newer", 9)).isEqualTo(5);
        assertThat(granted("newest", 9)).isEqualTo(5);
    }
}
