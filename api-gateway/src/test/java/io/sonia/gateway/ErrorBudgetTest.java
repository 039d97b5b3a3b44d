package io.sonia.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sonia.contracts.gateway.SloConfig;
import io.sonia.contracts.gateway.SloStatus.Burn;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.json.Shape;
import io.sonia.kernel.metrics.Metrics;
import io.sonia.kernel.settings.Live;
import io.sonia.testkit.FakeClock;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Burn rates of a budget of one failed turn in 200, with at least 20 turns in a window. */
class ErrorBudgetTest {

    private final FakeClock clock = new FakeClock();
    private final ErrorBudget budget =
            new ErrorBudget(clock, Live.always(Shape.of(SloConfig.class).read(Map.of())), new Metrics());

    private void turns(int count, ErrorCode code) {
        for (int i = 0; i < count; i++) {
            budget.ended(code);
        }
    }

    private Burn fast() {
        return budget.rates().getFirst();
    }

    @Test
    void aRateIsTheShareOfFailuresOverTheBudget() {
        turns(99, ErrorCode.OK);
        turns(1, ErrorCode.MODEL_FAILED);
        assertThat(budget.rate(5)).isEqualTo(2, within(1e-9));
        assertThat(budget.rate(360)).isEqualTo(2, within(1e-9));
    }

    @Test
    void whatCallersPoliciesAndLimitsEndIsNoFailure() {
        turns(50, ErrorCode.OK);
        turns(50, ErrorCode.BUDGET_EXCEEDED);
        turns(50, ErrorCode.POLICY_DENIED);
        turns(50, ErrorCode.OVERLOADED);
        assertThat(budget.rate(5)).isZero();
    }

    @Test
    void fewTurnsHaveNoRate() {
        turns(19, ErrorCode.TIMEOUT);
        assertThat(budget.rate(60)).isZero();
        turns(1, ErrorCode.TIMEOUT);
        assertThat(budget.rate(60)).isEqualTo(200, within(1e-9));
    }

    @Test
    void bothWindowsHaveToBurn() {
        turns(100, ErrorCode.TIMEOUT);
        assertThat(fast().burning()).isTrue();
        clock.advance(Duration.ofMinutes(6));
        turns(100, ErrorCode.OK);
        assertThat(fast().longRate()).isEqualTo(100, within(1e-9));
        assertThat(fast().shortRate()).isZero();
        assertThat(fast().burning()).isFalse();
    }

    @Test
    void whatIsOlderThanAWindowIsForgotten() {
        turns(100, ErrorCode.TIMEOUT);
        clock.advance(Duration.ofMinutes(359));
        assertThat(budget.rate(360)).isPositive();
        clock.advance(Duration.ofMinutes(1));
        assertThat(budget.rate(360)).isZero();
        clock.advance(Duration.ofDays(3));
        turns(20, ErrorCode.OK);
        assertThat(budget.rate(360)).isZero();
    }
}
