package io.sonia.evaos.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.testkit.Cases;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BudgetTest {

    private static final SupervisionConfig CONFIG = Samples.CONFIG;
    private static final long NOW = 1_800_000_000_000L;
    private static final long WINDOW = Duration.ofMinutes(5).toMillis();

    @Test
    void waitsGrowAndTheFourthAttemptIsRefused() {
        Budget budget = Budget.UNUSED;
        for (int seconds : new int[] {2, 4, 8}) {
            assertThat(budget.left(CONFIG, NOW)).isTrue();
            budget = budget.attempt(CONFIG, NOW, 0);
            assertThat(budget.backoffUntilMs() - NOW).isEqualTo(seconds * 1000L);
        }
        assertThat(budget.left(CONFIG, NOW)).isFalse();
        assertThat(budget.remaining(CONFIG, NOW)).isZero();
        assertThat(budget.left(CONFIG, NOW + WINDOW - 1)).isFalse();
        assertThat(budget.left(CONFIG, NOW + WINDOW)).isTrue();
        assertThat(budget.attempt(CONFIG, NOW + WINDOW, 0).attempts()).isEqualTo(1);
    }

    @Test
    void waitsDifferByUpToAFifth() {
        assertThat(Budget.UNUSED.attempt(CONFIG, NOW, -20).backoffUntilMs()).isEqualTo(NOW + 1600);
        assertThat(Budget.UNUSED.attempt(CONFIG, NOW, 20).backoffUntilMs()).isEqualTo(NOW + 2400);
    }

    @Test
    void coolDownDoublesUpToItsMost() {
        Budget budget = Budget.UNUSED;
        long now = NOW;
        for (int seconds : new int[] {300, 600, 1200, 2400, 3600, 3600}) {
            budget = budget.spent(CONFIG, now);
            assertThat(budget.left(CONFIG, now)).isFalse();
            long end = now + seconds * 1000L;
            assertThat(budget.cooledDown(end - 1)).isFalse();
            assertThat(budget.cooledDown(end)).isTrue();
            budget = budget.cooled();
            assertThat(budget.left(CONFIG, end)).isTrue();
            now = end;
        }
    }

    @Test
    void whatEndedForGoodNeverCoolsDown() {
        Budget ended = Budget.UNUSED.attempt(CONFIG, NOW, 0).ended();
        assertThat(ended.left(CONFIG, NOW + 10 * WINDOW)).isFalse();
        assertThat(ended.cooledDown(Long.MAX_VALUE)).isFalse();
        assertThat(ended.restored(CONFIG, NOW).left(CONFIG, NOW)).isTrue();
    }

    @Test
    void unreadableBudgetAllowsNothing() {
        assertThat(Budget.UNREADABLE.left(CONFIG, NOW)).isFalse();
        assertThat(Budget.UNREADABLE.cooledDown(NOW)).isFalse();
        assertThat(Budget.UNREADABLE.ended()).isEqualTo(Budget.UNREADABLE);
        assertThat(Budget.UNREADABLE.view(CONFIG).attemptCount()).isEqualTo(999);
        assertThat(Budget.UNREADABLE.view(CONFIG).exhausted()).isTrue();
    }

    @Test
    void clockSetBackNeitherFreezesNorRefreshesABudget() {
        Budget used =
                Budget.UNUSED.attempt(CONFIG, NOW, 0).attempt(CONFIG, NOW, 0).attempt(CONFIG, NOW, 0);
        long earlier = NOW - Duration.ofDays(3650).toMillis();
        Budget restored = used.setBack(NOW - earlier).restored(CONFIG, earlier);
        assertThat(restored.left(CONFIG, earlier)).isFalse();
        assertThat(restored.left(CONFIG, earlier + WINDOW)).isTrue();
        Budget spent = used.spent(CONFIG, NOW).setBack(NOW - earlier).restored(CONFIG, earlier);
        assertThat(spent.cooledDown(earlier + Duration.ofHours(1).toMillis())).isTrue();
    }

    @Test
    void aSlowCrashLoopUsesUpTheSustainedBudgetWhateverRunsStably() {
        Budget budget = Budget.UNUSED;
        long now = NOW;
        int taken = 0;
        for (int i = 0; i < 24 * 5; i++) {
            if (budget.left(CONFIG, now)) {
                budget = budget.attempt(CONFIG, now, 0).afterStableRun();
                taken++;
            }
            now += Duration.ofMinutes(12).toMillis();
        }
        // 24 at once and one that comes back in each hour of the day that this took.
        assertThat(taken).isEqualTo(24 + 23);
    }

    @Test
    void restartsOfTheLongWindowComeBackOneByOne() {
        Budget budget = Budget.UNUSED;
        for (int i = 0; i < CONFIG.sustainedRestarts(); i++) {
            assertThat(budget.left(CONFIG, NOW)).isTrue();
            budget = budget.attempt(CONFIG, NOW, 0).afterStableRun();
        }
        long back = NOW + Duration.ofHours(1).toMillis();
        assertThat(budget.left(CONFIG, back - 1)).isFalse();
        assertThat(budget.left(CONFIG, back)).isTrue();
        assertThat(budget.attempt(CONFIG, back, 0).afterStableRun().left(CONFIG, back))
                .isFalse();
        Budget setBack = budget.restored(CONFIG, 1_000);
        assertThat(setBack.left(CONFIG, 1_000)).isFalse();
        assertThat(setBack.left(CONFIG, 1_000 + Duration.ofHours(1).toMillis())).isTrue();
    }

    @Test
    void noWindowHoldsMoreRestartsThanTheBudget() {
        Cases.each(1_000, random -> {
            int longest = 1 + random.nextInt(120);
            int[] pauses = random.ints(random.nextInt(61), 0, longest + 1).toArray();
            noWindowHoldsMoreRestartsThanTheBudget(pauses);
        });
    }

    private static void noWindowHoldsMoreRestartsThanTheBudget(int... pauses) {
        Budget budget = Budget.UNUSED;
        long now = NOW;
        List<Long> taken = new ArrayList<>();
        for (int pause : pauses) {
            now += pause * 1000L;
            budget = budget.cooledDown(now) ? budget.cooled() : budget;
            if (budget.left(CONFIG, now)) {
                budget = budget.attempt(CONFIG, now, 0);
                taken.add(now);
            } else if (!budget.exhausted()) {
                budget = budget.spent(CONFIG, now);
            }
        }
        // A window is counted from its first restart, so two of them may touch: never more than twice the budget.
        for (long from : taken) {
            long within = taken.stream()
                    .filter(at -> at >= from && at < from + WINDOW)
                    .count();
            assertThat(within).isLessThanOrEqualTo(2L * CONFIG.restarts());
        }
    }
}
