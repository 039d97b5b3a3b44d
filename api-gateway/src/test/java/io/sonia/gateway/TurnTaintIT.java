package io.sonia.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.evaos.EvaluateRequest;
import io.sonia.contracts.evaos.GateRequest;
import io.sonia.contracts.gateway.Action;
import io.sonia.contracts.gateway.ReplayRequest;
import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnReplayed;
import io.sonia.contracts.gateway.TurnRequest;
import io.sonia.contracts.gateway.TurnState;
import io.sonia.contracts.openclaw.ExecuteRequest;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Operation;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Once a turn has taken in words that nobody of the house wrote, all its later calls say so. */
class TurnTaintIT extends GatewayCase {

    @Test
    void whatACommandPrintedMarksEveryLaterCallOfTheTurn() {
        behind.modelAsks(Answers.call("a", Behind.HARMLESS), Answers.call("b", Behind.GRANTED));
        behind.modelAsks(Answers.call("c", Behind.HARMLESS), Answers.call("d", Behind.GRANTED));
        Turn turn = house.gateway.turn("look around");

        assertThat(marks()).containsExactly(false, false, true, true);
        assertThat(behind.inputs(Operation.EXECUTE, ExecuteRequest.class))
                .extracting(ExecuteRequest::tainted)
                .containsExactly(false, false, true, true);
        assertThat(house.gateway.actions(turn.turnId()))
                .extracting(Action::tainted)
                .containsExactly(false, false, true, true);
    }

    @Test
    void aCommandThatFailedMarksThemToo() {
        behind.fail(Operation.EXECUTE, SoniaException.of(ErrorCode.TOOL_FAILED));
        behind.modelAsks(Answers.call("a", Behind.GRANTED), Answers.call("b", Behind.HARMLESS));
        house.gateway.turn("try it");

        assertThat(marks()).containsExactly(false, true);
    }

    @Test
    void whatDidNotRunMarksNothingAndTheNextTurnBeginsUnmarked() {
        behind.modelAsks(Answers.call("a", Behind.FORBIDDEN), Answers.call("b", Behind.GRANTED));
        house.gateway.turn("fetch it");
        behind.modelAsks(Answers.call("c", Behind.HARMLESS));
        house.gateway.turn("and now?");

        assertThat(marks()).containsExactly(false, false, false);
    }

    @Test
    void theMarkOutlivesACrashInTheMiddleOfTheTurn() throws Exception {
        behind.modelAsks(Answers.call("a", Behind.GRANTED));
        behind.modelAsks(Answers.call("b", Behind.CONFIRMED));
        Turn parked = house.gateway
                .send(TurnRequest.of("run it and write it", "default", 0), null)
                .data();
        house.crash();
        behind.modelAsks(Answers.call("c", Behind.HARMLESS));
        house.start();
        behind.decide(parked.pendingApprovals().getFirst().approvalId(), ApprovalState.APPROVED);
        house.gateway.await(parked.turnId(), TurnState.COMPLETED);

        assertThat(marks()).containsExactly(false, true, true);
    }

    @Test
    void aReplayIsJudgedInTheCircumstancesOfThen() {
        behind.modelAsks(Answers.call("a", Behind.GRANTED), Answers.call("b", Behind.HARMLESS));
        Turn turn = house.gateway.turn("look around");
        house.gateway
                .ask(Operation.TURN_REPLAY)
                .path("turn_id", turn.turnId())
                .body(new ReplayRequest(null, Map.of()))
                .send(TurnReplayed.class);

        assertThat(behind.inputs(Operation.POLICY_EVALUATE, EvaluateRequest.class))
                .extracting(each -> each.circumstances().tainted())
                .containsExactly(false, true);
        assertThat(behind.inputs(Operation.POLICY_EVALUATE, EvaluateRequest.class))
                .extracting(each -> each.circumstances().at())
                .doesNotContainNull();
    }

    private List<Boolean> marks() {
        return behind.inputs(Operation.GATE, GateRequest.class).stream()
                .map(each -> each.context().tainted())
                .toList();
    }
}
