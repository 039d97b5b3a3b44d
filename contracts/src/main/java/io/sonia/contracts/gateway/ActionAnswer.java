package io.sonia.contracts.gateway;

import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.openclaw.SideEffect;
import io.sonia.contracts.openclaw.Verification;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@code POST /v1/action} says: executed with its result, or waiting for a person. */
public record ActionAnswer(
        String actionId,
        String toolName,
        Status status,
        @Nullable Map<String, @Nullable Object> result,
        List<SideEffect> sideEffects,
        @Nullable Verification verification,
        @Nullable Approval approval,
        @Nullable ActionState state) {

    /** Whether it ran. */
    public enum Status {
        EXECUTED,
        PENDING_APPROVAL,
        VALIDATED
    }
}
