package io.sonia.contracts.gateway;

import io.sonia.contracts.openclaw.SideEffect;
import io.sonia.contracts.openclaw.Verification;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came of running an action.
 *
 * @param executionId the run at OpenClaw
 * @param output the tool's result, also of a tool that failed
 * @param error the code and message of a failure
 */
public record ActionExecution(
        String executionId,
        boolean success,
        @Nullable Map<String, @Nullable Object> output,
        List<SideEffect> sideEffects,
        @Nullable Verification verification,
        @Nullable FailureClass failureClass,
        Turn.@Nullable Failure error,
        int retriesUsed,
        double durationMs) {

    /** The same outcome, told as another failure. */
    public ActionExecution failing(Turn.Failure told) {
        return new ActionExecution(
                executionId, success, output, sideEffects, verification, failureClass, told, retriesUsed, durationMs);
    }

    /** The same outcome, reached after so many more tries. */
    public ActionExecution afterRetries(int retries) {
        return new ActionExecution(
                executionId, success, output, sideEffects, verification, failureClass, error, retries, durationMs);
    }
}
