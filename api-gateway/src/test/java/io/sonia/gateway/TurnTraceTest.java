package io.sonia.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.evaos.Circumstances;
import io.sonia.contracts.evaos.Verdict;
import io.sonia.contracts.gateway.CallStatus;
import io.sonia.contracts.gateway.TurnReplayed.Difference;
import io.sonia.contracts.router.ToolCall;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What makes two turns decide alike. */
class TurnTraceTest {

    @Test
    void theClassIsOfWhatWasDecidedAndNotOfWhatWasSaid() {
        TurnTrace one = trace("a", "b", Verdict.ALLOW, "pol_1");
        assertThat(trace("c", "d", Verdict.ALLOW, "pol_2").traceClass()).isEqualTo(one.traceClass());
        assertThat(trace("a", "b", Verdict.CONFIRM, "pol_1").traceClass()).isNotEqualTo(one.traceClass());
        assertThat(one.traceClass()).matches("[0-9a-f]{64}");
    }

    @Test
    void whatTheModelWasShownCountsUpToTheFirstDecisionThatDiffers() {
        TurnTrace recorded = trace("a", "b", Verdict.ALLOW, "pol_1");
        assertThat(steps(recorded, trace("a", "b", Verdict.ALLOW, "pol_2"))).isEmpty();
        assertThat(steps(recorded, trace("x", "b", Verdict.ALLOW, "pol_1"))).containsExactly(0);
        assertThat(steps(recorded, trace("a", "x", Verdict.DENY, "pol_1"))).containsExactly(1);
        assertThat(steps(recorded, trace("x", "y", Verdict.DENY, "pol_1"))).containsExactly(0, 1);
    }

    @Test
    void aStepThatOneSideLacksIsADifference() {
        TurnTrace whole = trace("a", "b", Verdict.ALLOW, "pol_1");
        TurnTrace cut = TurnTrace.of(List.of(model(0, "a"), tool(1, Verdict.ALLOW, "pol_1")));
        assertThat(steps(whole, cut)).containsExactly(2);
        assertThat(whole.differences(cut).getFirst().replayed()).isNull();
        assertThat(cut.differences(whole).getFirst().recorded()).isNull();
        assertThat(cut.beside(whole)).hasSize(3);
    }

    private static List<Integer> steps(TurnTrace recorded, TurnTrace replayed) {
        return recorded.differences(replayed).stream().map(Difference::step).toList();
    }

    private static TurnTrace trace(String shownFirst, String shownThen, Verdict verdict, String version) {
        return TurnTrace.of(List.of(model(0, shownFirst), tool(1, verdict, version), model(2, shownThen)));
    }

    private static StoredStep model(int ordinal, String shown) {
        TurnStep.Answer answer = new TurnStep.Answer(Answers.text("text"), null);
        return StoredStep.of(
                ordinal, new TurnStep.Modelled(new TurnStep.Question(shown, List.of()), answer), Instant.EPOCH);
    }

    private static StoredStep tool(int ordinal, Verdict verdict, String version) {
        Ruling ruling = new Ruling(verdict, "rule", List.of("asked"), null, version, Circumstances.NONE);
        return StoredStep.of(
                ordinal,
                new TurnStep.Called(
                        new ToolCall("1.a", Behind.HARMLESS, Map.of()),
                        new TurnStep.Outcome(ruling, null, CallStatus.EXECUTED, null)),
                Instant.EPOCH);
    }
}
