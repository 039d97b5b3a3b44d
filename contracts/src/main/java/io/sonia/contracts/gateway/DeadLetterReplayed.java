package io.sonia.contracts.gateway;

import org.jspecify.annotations.Nullable;

/** The action that a replay became, or would become, beside the failure that it makes up for. */
public record DeadLetterReplayed(Action action, ReplayDiff replayDiff) {

    /**
     * Then and now.
     *
     * @param replayGeneration of this replay; 1 for the first
     * @param replayState what the action came to; of a dry run what it would come to at once
     * @param wouldSucceed false if it is refused or has failed, null while nobody knows
     */
    public record ReplayDiff(
            String letterId,
            String originalErrorCode,
            FailureClass originalFailureClass,
            String originalCorrelationId,
            int replayGeneration,
            boolean replayDryRun,
            ActionState replayState,
            @Nullable Boolean wouldSucceed) {}
}
