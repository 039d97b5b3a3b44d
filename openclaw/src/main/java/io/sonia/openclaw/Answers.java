package io.sonia.openclaw;

import io.sonia.contracts.openclaw.ExecuteAnswer;
import io.sonia.contracts.openclaw.Execution;
import io.sonia.contracts.openclaw.ExecutionError;
import io.sonia.contracts.openclaw.ExecutionState;
import io.sonia.contracts.openclaw.Verification;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.StoredReply;
import io.sonia.kernel.json.Json;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What callers are told about an execution that is over; the first time and every time after. */
final class Answers {

    /** A stored answer keeps no more of a failure's details than this. */
    private static final int MAX_FAILURE_BYTES = 200 * 1024;

    private Answers() {}

    /** The answer in the form in which it is stored under an idempotency key. */
    static StoredReply reply(Execution execution) {
        if (execution.state() == ExecutionState.SUCCEEDED) {
            return new StoredReply(200, Json.bytes(success(execution)), location(execution));
        }
        StoredReply reply = StoredReply.of(failure(execution));
        return reply.data().length <= MAX_FAILURE_BYTES
                ? reply
                : StoredReply.of(bare(execution).with("truncated", true));
    }

    static ExecuteAnswer success(Execution execution) {
        Verification verification = execution.verification();
        return new ExecuteAnswer(
                "executed",
                execution.toolName(),
                execution.executionId(),
                Objects.requireNonNullElse(execution.result(), Map.of()),
                execution.sideEffects(),
                verification == null ? Verification.NOT_APPLICABLE : verification,
                Objects.requireNonNull(execution.startedAt()),
                Objects.requireNonNull(execution.finishedAt()),
                Objects.requireNonNullElse(execution.durationMs(), 0.0));
    }

    /** The failure of an execution that did not succeed; an open one counts as unknown. */
    static SoniaException failure(Execution execution) {
        SoniaException failure = bare(execution);
        ExecutionError error = execution.error();
        if (error != null) {
            for (Map.Entry<String, @Nullable Object> detail : error.details().entrySet()) {
                failure = failure.with(detail.getKey(), detail.getValue());
            }
        }
        return failure;
    }

    static String location(Execution execution) {
        return "/executions/" + execution.executionId();
    }

    private static SoniaException bare(Execution execution) {
        ExecutionError error = execution.error();
        SoniaException failure = error == null
                ? SoniaException.of(ErrorCode.OUTCOME_UNKNOWN)
                : SoniaException.of(ErrorCode.named(error.code()), error.message());
        return failure.with("execution_id", execution.executionId());
    }
}
