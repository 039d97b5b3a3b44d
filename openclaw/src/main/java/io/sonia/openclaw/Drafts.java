package io.sonia.openclaw;

import io.sonia.contracts.evaos.Grant;
import io.sonia.contracts.openclaw.Execution;
import io.sonia.contracts.openclaw.ExecutionError;
import io.sonia.contracts.openclaw.Verification;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Executions as they are to be recorded next; nothing here is durable yet. */
final class Drafts {

    private Drafts() {}

    static Execution claimed(ToolCall call, Permission permission) {
        Grant grant = permission instanceof Permission.ByGrant byGrant ? byGrant.grant() : null;
        return new Execution(
                call.executionId(),
                call.toolName(),
                ExecutionLife.TABLE.start(ExecutionLife.Event.ACCEPT),
                call.argsDigest(),
                grant == null ? null : grant.grantId(),
                grant == null ? null : grant.approvalId(),
                grant == null ? null : Long.valueOf(grant.fenceToken()),
                call.requester(),
                call.context().correlationId(),
                null,
                null,
                null,
                null,
                List.of(),
                null,
                null,
                null);
    }

    static Execution started(Execution before, Instant at) {
        return new Execution(
                before.executionId(),
                before.toolName(),
                ExecutionLife.TABLE.require(before.state(), ExecutionLife.Event.START),
                before.argsDigest(),
                before.grantId(),
                before.approvalId(),
                before.fenceToken(),
                before.actorId(),
                before.correlationId(),
                at,
                null,
                null,
                null,
                List.of(),
                null,
                null,
                null);
    }

    /** The run is over, for good or for somebody to find out. */
    static Execution ended(Execution before, Finished finished) {
        SoniaException failure = finished.failure();
        return new Execution(
                before.executionId(),
                before.toolName(),
                ExecutionLife.after(before.state(), finished.events()),
                before.argsDigest(),
                before.grantId(),
                before.approvalId(),
                before.fenceToken(),
                before.actorId(),
                before.correlationId(),
                finished.startedAt(),
                finished.finishedAt(),
                finished.millis(),
                finished.result(),
                finished.sideEffects(),
                finished.verification(),
                error(failure),
                failure == null ? ErrorCode.OK.name() : failure.code().name());
    }

    /** Something other than a run decided how it ended. */
    static Execution settled(
            Execution before,
            ExecutionLife.Event event,
            @Nullable Verification verification,
            @Nullable SoniaException failure,
            Instant at) {
        return new Execution(
                before.executionId(),
                before.toolName(),
                ExecutionLife.TABLE.require(before.state(), event),
                before.argsDigest(),
                before.grantId(),
                before.approvalId(),
                before.fenceToken(),
                before.actorId(),
                before.correlationId(),
                before.startedAt(),
                before.finishedAt() == null ? at : before.finishedAt(),
                before.durationMs(),
                before.result(),
                before.sideEffects(),
                verification == null ? before.verification() : verification,
                error(failure),
                failure == null ? ErrorCode.OK.name() : failure.code().name());
    }

    private static @Nullable ExecutionError error(@Nullable SoniaException failure) {
        return failure == null ? null : new ExecutionError(failure.code().name(), failure.text(), failure.details());
    }
}
