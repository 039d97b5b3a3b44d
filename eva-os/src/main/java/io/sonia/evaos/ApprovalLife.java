package io.sonia.evaos;

import static io.sonia.contracts.evaos.ApprovalState.APPROVED;
import static io.sonia.contracts.evaos.ApprovalState.CANCELLED;
import static io.sonia.contracts.evaos.ApprovalState.CONSUMED;
import static io.sonia.contracts.evaos.ApprovalState.DENIED;
import static io.sonia.contracts.evaos.ApprovalState.EXPIRED;
import static io.sonia.contracts.evaos.ApprovalState.PENDING;

import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.Approval.Agreement;
import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.evaos.Grant;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Transitions;
import io.sonia.kernel.json.Timestamps;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The life of an approval, and how each event is refused where it has no edge. */
final class ApprovalLife {

    /** What can happen to an approval. */
    enum Event {
        /** The gate asks for a person. */
        ASK,
        /** The gate allows by itself, above safe_read. */
        PERMIT,
        APPROVE,
        /** One of several needed persons says yes. */
        AGREE,
        DENY,
        /** The time to decide, or to use the grant, is over. */
        EXPIRE,
        CANCEL,
        /** A person changes the arguments; another approval waits instead. */
        AMEND,
        CONSUME
    }

    static final Transitions<ApprovalState, Event> TABLE = Transitions.of(ApprovalState.class, Event.class)
            .start(Event.ASK, PENDING)
            .start(Event.PERMIT, APPROVED)
            .edge(PENDING, Event.APPROVE, APPROVED)
            .edge(PENDING, Event.AGREE, PENDING)
            .edge(PENDING, Event.DENY, DENIED)
            .edge(PENDING, Event.EXPIRE, EXPIRED)
            .edge(PENDING, Event.CANCEL, CANCELLED)
            .edge(PENDING, Event.AMEND, CANCELLED)
            .edge(APPROVED, Event.CONSUME, CONSUMED)
            .edge(APPROVED, Event.EXPIRE, EXPIRED)
            .edge(APPROVED, Event.CANCEL, CANCELLED)
            .build();

    private ApprovalLife() {}

    /** The state after the event, or the refusal that fits event and state. */
    static ApprovalState next(Approval approval, Event event) {
        return TABLE.next(approval.state(), event).orElseThrow(() -> refusal(approval, event));
    }

    /** Why the event cannot happen to this approval. */
    static SoniaException refusal(Approval approval, Event event) {
        return switch (event) {
            case APPROVE, AGREE, DENY, AMEND -> decisionRefused(approval);
            case CONSUME ->
                Grant.invalid(
                        switch (approval.state()) {
                            case PENDING, APPROVED, DENIED -> "unknown";
                            case EXPIRED -> "expired";
                            case CANCELLED -> "cancelled";
                            case CONSUMED -> "consumed";
                        });
            case ASK, PERMIT, EXPIRE, CANCEL -> TABLE.refusal(approval.state());
        };
    }

    private static SoniaException decisionRefused(Approval approval) {
        return switch (approval.state()) {
            case PENDING, APPROVED, DENIED, CONSUMED -> alreadyDecided(approval);
            case EXPIRED -> SoniaException.of(ErrorCode.APPROVAL_EXPIRED);
            case CANCELLED -> TABLE.refusal(approval.state());
        };
    }

    /** The refusal that tells a loser who won; while another person has to agree, that is who agreed last. */
    static SoniaException alreadyDecided(Approval approval) {
        Instant at = approval.decidedAt();
        String by = approval.decidedBy() == null ? null : approval.decidedBy().actorId();
        if (approval.state() == PENDING) {
            Agreement last = approval.approvals().getLast();
            at = last.decidedAt();
            by = last.actorId();
        }
        Map<String, @Nullable Object> winner = new LinkedHashMap<>();
        winner.put("decision", approval.state() == DENIED ? "denied" : "approved");
        winner.put("decided_at", at == null ? null : Timestamps.format(at));
        winner.put("decided_by", by);
        winner.put("fence_token", approval.fenceToken());
        return SoniaException.of(ErrorCode.ALREADY_DECIDED).with("winner", winner);
    }
}
