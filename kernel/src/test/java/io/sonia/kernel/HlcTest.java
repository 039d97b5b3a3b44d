package io.sonia.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HlcTest {

    /** A wall clock set by hand. */
    private static final class Wall implements Clock {

        private Instant now;

        private Wall(String start) {
            this.now = Instant.parse(start);
        }

        @Override
        public Instant now() {
            return now;
        }

        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public void sleep(Duration duration) {}
    }

    private final Wall early = new Wall("2026-01-31T11:00:00Z");
    private final Wall late = new Wall("2026-01-31T12:00:00Z");

    @Test
    void stampHasMillisecondsAndCounter() {
        Hlc clock = new Hlc(early);

        assertThat(clock.tick()).isEqualTo(early.now.toEpochMilli() + "-00000");
        assertThat(clock.tick()).isEqualTo(early.now.toEpochMilli() + "-00001");
    }

    @Test
    void effectSortsAfterItsCauseThoughItsWallClockIsAnHourBehind() {
        Hlc behind = new Hlc(early);
        Hlc ahead = new Hlc(late);
        String cause = ahead.tick();
        behind.merge(cause);
        String effect = behind.tick();
        ahead.merge(effect);

        assertThat(effect).isGreaterThan(cause);
        assertThat(ahead.tick()).isGreaterThan(effect);
    }

    @Test
    void stampsGrowThoughTheWallClockGoesBack() {
        Hlc clock = new Hlc(late);
        String before = clock.tick();
        late.now = late.now.minus(Duration.ofHours(2));

        assertThat(clock.tick()).isGreaterThan(before);
    }

    @Test
    void stampsSortAsTextHoweverManyFallIntoOneMillisecond() {
        Hlc clock = new Hlc(late);
        String last = clock.tick();
        for (int i = 0; i < 250_000; i++) {
            String next = clock.tick();
            assertThat(next.compareTo(last)).isPositive();
            last = next;
        }
        assertThat(last).hasSize(19);
    }

    @Test
    void malformedOrAbsurdStampIsIgnored() {
        Hlc clock = new Hlc(late);
        String before = clock.tick();
        long dayAhead = late.now.toEpochMilli() + Duration.ofDays(2).toMillis();
        for (String stamp : List.of(
                "",
                "x",
                "-",
                "1-2-3",
                dayAhead + "-00000",
                "9999999999999999999-1",
                "-5-00000",
                "1 -0",
                late.now.toEpochMilli() + "-999999999")) {
            clock.merge(stamp);
        }

        assertThat(clock.tick()).isEqualTo(before.substring(0, 14) + "00001");
    }

    @Test
    void everyMessageIsStampedAfterEverythingItsSenderKnew() {
        Cases.each(
                1_000,
                random -> everyMessageIsStampedAfterEverythingItsSenderKnew(
                        random.ints(random.nextInt(1, 61), 0, 8).toArray()));
    }

    /** Each step is: who acts, how far its wall clock moves, and whether the other one hears of it. */
    private static void everyMessageIsStampedAfterEverythingItsSenderKnew(int... steps) {
        List<Wall> walls = List.of(new Wall("2026-01-31T11:00:00Z"), new Wall("2026-01-31T12:00:00Z"));
        List<Hlc> clocks = List.of(new Hlc(walls.get(0)), new Hlc(walls.get(1)));
        List<String> known = new ArrayList<>(List.of("", ""));
        for (int step : steps) {
            int actor = step & 1;
            walls.get(actor).now = walls.get(actor).now.plusMillis((step & 2) == 0 ? 0 : 3);
            String stamp = clocks.get(actor).tick();
            assertThat(stamp).isGreaterThan(known.get(actor));
            known.set(actor, stamp);
            if ((step & 4) != 0) {
                clocks.get(1 - actor).merge(stamp);
                known.set(1 - actor, stamp.compareTo(known.get(1 - actor)) > 0 ? stamp : known.get(1 - actor));
            }
        }
    }
}
