package io.sonia.contracts.gateway;

import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.openclaw.Verification;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A decision and what followed.
 *
 * @param executionState the action's state; null if no action of this gateway belongs to the approval
 * @param toolResult null while the tool is running, and for a denial
 */
public record Decided(
        String confirmationId,
        ApprovalState status,
        long fenceToken,
        Approval approval,
        @Nullable String actionId,
        @Nullable ActionState executionState,
        @Nullable ToolResult toolResult) {

    /** The outcome of the approved call. */
    public record ToolResult(
            String toolName,
            ActionState status,
            @Nullable Map<String, @Nullable Object> result,
            @Nullable Verification verification,
            Turn.@Nullable Failure error) {}
}
