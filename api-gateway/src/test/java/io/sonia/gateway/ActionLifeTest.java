package io.sonia.gateway;

import static io.sonia.contracts.gateway.ActionState.APPROVED;
import static io.sonia.contracts.gateway.ActionState.CANCELLED;
import static io.sonia.contracts.gateway.ActionState.DENIED;
import static io.sonia.contracts.gateway.ActionState.EXECUTING;
import static io.sonia.contracts.gateway.ActionState.EXPIRED;
import static io.sonia.contracts.gateway.ActionState.FAILED;
import static io.sonia.contracts.gateway.ActionState.OUTCOME_UNKNOWN;
import static io.sonia.contracts.gateway.ActionState.PENDING_APPROVAL;
import static io.sonia.contracts.gateway.ActionState.PLANNED;
import static io.sonia.contracts.gateway.ActionState.SUCCEEDED;
import static io.sonia.contracts.gateway.ActionState.TIMEOUT;
import static io.sonia.contracts.gateway.ActionState.VALIDATED;
import static io.sonia.contracts.gateway.ActionState.VERIFYING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.gateway.ActionState;
import io.sonia.gateway.ActionLife.Event;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ActionLifeTest {

    /** Every pair that leads somewhere, as the wire contract has it; all others must be refused. */
    private static final Map<ActionState, Map<Event, ActionState>> EDGES = Map.of(
            PLANNED, Map.of(Event.RESOLVE, VALIDATED),
            VALIDATED, Map.of(Event.ALLOW, APPROVED, Event.CONFIRM, PENDING_APPROVAL, Event.DENY, DENIED),
            PENDING_APPROVAL,
                    Map.of(
                            Event.GRANT, APPROVED,
                            Event.DENY, DENIED,
                            Event.TIME_OVER, EXPIRED,
                            Event.CANCEL, CANCELLED),
            APPROVED, Map.of(Event.EXECUTE, EXECUTING, Event.TIME_OVER, EXPIRED, Event.CANCEL, CANCELLED),
            EXECUTING,
                    Map.of(
                            Event.RETRY, EXECUTING,
                            Event.DONE, VERIFYING,
                            Event.FAIL, FAILED,
                            Event.LATE, TIMEOUT,
                            Event.CANCEL, CANCELLED,
                            Event.LOSE, OUTCOME_UNKNOWN),
            VERIFYING, Map.of(Event.PASS, SUCCEEDED, Event.FAIL, FAILED),
            OUTCOME_UNKNOWN, Map.of(Event.PASS, SUCCEEDED, Event.FAIL, FAILED));

    static Stream<Arguments> everyPair() {
        return Stream.of(ActionState.values())
                .flatMap(state -> Stream.of(Event.values()).map(event -> Arguments.of(state, event)));
    }

    @ParameterizedTest
    @MethodSource("everyPair")
    void everyPairIsAnEdgeOrARefusalThatNamesWhatIsAllowed(ActionState state, Event event) {
        Map<Event, ActionState> edges = EDGES.getOrDefault(state, Map.of());
        ActionState to = edges.get(event);
        if (to != null) {
            assertThat(ActionLife.after(state, event)).isEqualTo(to);
            return;
        }
        List<String> allowed = Stream.of(Event.values())
                .filter(edges::containsKey)
                .map(ActionLifeTest::wireName)
                .toList();
        assertThatThrownBy(() -> ActionLife.after(state, event)).isInstanceOfSatisfying(SoniaException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.INVALID_STATE);
            assertThat(e.details()).containsEntry("state", wireName(state));
            assertThat(e.details()).containsEntry("allowed", allowed);
        });
    }

    @ParameterizedTest
    @MethodSource("states")
    void nothingHappensToATerminalAction(ActionState state) {
        assertThat(ActionLife.TABLE.allowed(state).isEmpty()).isEqualTo(state.terminal());
    }

    static Stream<ActionState> states() {
        return Stream.of(ActionState.values());
    }

    @Test
    void aLifeBeginsPlanned() {
        assertThat(ActionLife.TABLE.start(Event.PLAN)).isEqualTo(PLANNED);
    }

    @Test
    void severalEventsAreFollowedInTheirOrder() {
        assertThat(ActionLife.after(PENDING_APPROVAL, Event.GRANT, Event.EXECUTE))
                .isEqualTo(EXECUTING);
        assertThat(ActionLife.after(EXECUTING, Event.DONE, Event.PASS)).isEqualTo(SUCCEEDED);
    }

    @Test
    void eachOfSeveralEventsMustBeAllowedWhereItHappens() {
        assertThatThrownBy(() -> ActionLife.after(PENDING_APPROVAL, Event.GRANT, Event.PASS))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.details()).containsEntry("state", "approved"));
    }

    private static String wireName(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
