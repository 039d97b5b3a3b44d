package io.sonia.gates.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.gates.drill.History.Step;
import org.junit.jupiter.api.Test;

class HistoryTest {

    private static boolean explained(Step... steps) {
        History history = new History();
        for (Step step : steps) {
            history.add(step);
        }
        return history.linearizable(History.checker());
    }

    @Test
    void oneWinnerAndOthersWhoHearOfItAreExplained() {
        assertThat(explained(
                        Step.decide("approved", "won", 1, 10),
                        Step.decide("denied", "lost to approved", 2, 5),
                        Step.decide("approved", "lost to approved", 3, 20)))
                .isTrue();
    }

    @Test
    void twoWinnersAreNot() {
        assertThat(explained(Step.decide("approved", "won", 1, 10), Step.decide("denied", "won", 2, 5)))
                .isFalse();
    }

    @Test
    void aLoserCannotHearOfADecisionThatWasMadeLater() {
        assertThat(explained(Step.decide("approved", "won", 6, 10), Step.decide("denied", "lost to approved", 2, 5)))
                .isFalse();
    }

    @Test
    void aLostAnswerMayHaveBeenTheWinningOneOrNothing() {
        assertThat(explained(
                        Step.decide("approved", null, 1, 10),
                        Step.decide("denied", null, 1, 10),
                        Step.decide("denied", "lost to approved", 2, 5)))
                .isTrue();
        assertThat(explained(Step.decide("approved", null, 1, 10), Step.decide("denied", "won", 2, 5)))
                .isTrue();
        assertThat(explained(Step.decide("approved", null, 1, 10), Step.decide("denied", "lost to denied", 2, 5)))
                .isFalse();
    }

    @Test
    void oneExecutionUsesAnApproval() {
        Step decided = Step.decide("approved", "won", 1, 2);
        assertThat(explained(
                        decided,
                        Step.consume(1, "consumed", 3, 9),
                        Step.consume(2, "refused", 3, 9),
                        Step.consume(1, "consumed", 10, 11)))
                .isTrue();
        assertThat(explained(decided, Step.consume(1, "consumed", 3, 9), Step.consume(2, "consumed", 3, 9)))
                .isFalse();
        assertThat(explained(Step.decide("denied", "won", 1, 2), Step.consume(1, "consumed", 3, 9)))
                .isFalse();
    }
}
