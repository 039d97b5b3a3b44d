package io.sonia.openclaw;

import io.sonia.contracts.evaos.ExecutionOutcome;
import io.sonia.contracts.evaos.OutcomeAnswer;
import io.sonia.contracts.evaos.OutcomeRequest;
import io.sonia.contracts.openclaw.Execution;
import io.sonia.journal.Delivery;
import io.sonia.journal.OutboxMessage;
import io.sonia.journal.Tx;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import io.sonia.kernel.json.CanonicalJson;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Tells EVA-OS how the execution behind an approval ended: durable with the outcome, delivered at least once. */
final class OutcomeReports implements Delivery {

    private static final String TOPIC = "approval.outcome";
    private static final Duration TIME = Duration.ofSeconds(2);

    /** The message in the outbox. */
    record Report(
            String approvalId,
            String executionId,
            ExecutionOutcome outcome,
            @Nullable String resultDigest,
            String actorId,
            String correlationId) {}

    private final Peer evaOs;
    private final Clock clock;
    private final Ids ids;

    OutcomeReports(Peer evaOs, Clock clock, Ids ids) {
        this.evaOs = evaOs;
        this.clock = clock;
        this.ids = ids;
    }

    /** Puts the report into the outbox; an execution without an approval has none. */
    static void publish(Tx tx, Execution ended) throws SQLException {
        if (ended.approvalId() == null) {
            return;
        }
        ExecutionOutcome outcome = switch (ended.state()) {
            case SUCCEEDED -> ExecutionOutcome.SUCCEEDED;
            case OUTCOME_UNKNOWN -> ExecutionOutcome.OUTCOME_UNKNOWN;
            case FAILED, CANCELLED, CLAIMED, STARTED, VERIFYING -> ExecutionOutcome.FAILED;
        };
        Map<String, @Nullable Object> result = ended.result();
        Report report = new Report(
                ended.approvalId(),
                ended.executionId(),
                outcome,
                result == null ? null : CanonicalJson.sha256(result),
                ended.actorId(),
                ended.correlationId());
        tx.publish(TOPIC, ended.executionId() + "." + outcome, new LinkedHashMap<>(Json.plain(report)));
    }

    /** A report that EVA-OS refuses will not be better the next time; only one that did not arrive is sent again. */
    @Override
    public void deliver(OutboxMessage message) {
        Report report = Shape.of(Report.class).readAnswer(message.payload());
        Context context = Context.own(ServiceName.OPENCLAW, report.correlationId(), report.actorId(), TIME, ids, clock);
        try {
            OutcomeAnswer answer = evaOs.on(context, Operation.APPROVAL_OUTCOME)
                    .path("approval_id", report.approvalId())
                    .idempotencyKey(message.dedupeKey())
                    .body(new OutcomeRequest(report.executionId(), report.outcome(), report.resultDigest()))
                    .send(OutcomeAnswer.class);
            Objects.requireNonNull(answer);
        } catch (SoniaException e) {
            if (e.code() != ErrorCode.NOT_FOUND && e.code() != ErrorCode.INVALID_STATE) {
                throw e;
            }
        }
    }
}
