package io.sonia.contracts.gateway;

import io.sonia.contracts.evaos.Verdict;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A turn that was decided again from its recording, without any effect.
 *
 * @param replayGeneration 1 for the first replay of the turn
 * @param traceClass SHA-256 of what was decided now: kind, tool, verdict, rule and outcome of each step, in order
 * @param matches true if it was decided as recorded
 * @param differences the steps that came out otherwise, in order
 * @param decisions every step, in order
 */
public record TurnReplayed(
        String replayId,
        String turnId,
        String originalCorrelationId,
        int replayGeneration,
        String traceClass,
        boolean matches,
        List<Difference> differences,
        List<Decision> decisions) {

    /**
     * What was decided at a step.
     *
     * @param verdict what policy said of a call; null if it was not asked
     * @param outcome what came of it: of a call its status, of the model {@code answer}, {@code tool_calls} or an error
     *     code, of the end its completion reason
     * @param inputSha256 of what the model was shown; null at other steps
     * @param explanation every stage that policy looked at, up to the deciding one
     */
    public record Finding(
            @Nullable Verdict verdict,
            @Nullable String ruleId,
            @Nullable String policyVersion,
            String outcome,
            @Nullable String inputSha256,
            List<String> explanation) {}

    /** One step; a side is null where it did not come to that step. */
    public record Decision(
            int step,
            String kind,
            @Nullable String toolName,
            @Nullable Finding recorded,
            @Nullable Finding replayed) {}

    /** A step that came out otherwise. */
    public record Difference(
            int step, @Nullable Finding recorded, @Nullable Finding replayed) {}
}
