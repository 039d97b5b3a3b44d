package io.sonia.gateway;

import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.evaos.CancelRequest;
import io.sonia.contracts.evaos.GateAnswer;
import io.sonia.contracts.evaos.GateRequest;
import io.sonia.contracts.evaos.GrantAnswer;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the gateway asks EVA-OS about actions: whether they may run, how a person decided, and for the grant. */
final class Governance {

    /** How long to wait before asking a service again that is away or busy. */
    static final Duration AFTER_LOST_PEER = Duration.ofMillis(500);

    private static final Duration GATE_TIME = Duration.ofSeconds(5);
    private static final Duration POLL_TIME = Duration.ofSeconds(30);
    private static final int POLL_WAIT_MS = 25_000;
    private static final int CANCEL_TRIES = 3;

    private final Peer evaOs;
    private final Clock clock;

    Governance(Peer evaOs, Clock clock) {
        this.evaOs = evaOs;
        this.clock = clock;
    }

    /** @param dryRun true to hear the verdict without any effect */
    GateAnswer judge(Context context, Actions.Plan plan, boolean dryRun) {
        boolean ownBehalf = context.bearer() == null;
        GateRequest request = new GateRequest(
                plan.intent(),
                plan.params(),
                plan.toolCallId(),
                ownBehalf ? context.caller().principal() : null,
                new GateRequest.CallContext(
                        plan.sessionId(), plan.turnId(), plan.actionId(), plan.summary(), plan.tainted()),
                dryRun);
        return evaOs.on(context.within(GATE_TIME), Operation.GATE).body(request).send(GateAnswer.class);
    }

    Approval approval(Context context, String approvalId) {
        return evaOs.on(context.within(GATE_TIME), Operation.APPROVAL_GET)
                .path("approval_id", approvalId)
                .send(Approval.class);
    }

    /** The approval as EVA-OS has it now; empty if there is none or EVA-OS cannot say. */
    Optional<Approval> approvalIfKnown(Context context, @Nullable String approvalId) {
        if (approvalId == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(approval(context, approvalId));
        } catch (SoniaException e) {
            return Optional.empty();
        }
    }

    /**
     * Waits, however long, until an approval is no longer pending. A control plane that is away or busy is asked again:
     * the approval stays where it is.
     */
    Approval decision(Supplier<Context> contexts, String approvalId, BooleanSupplier stopping)
            throws InterruptedException {
        while (true) {
            try {
                Approval approval = evaOs.on(contexts.get().within(POLL_TIME), Operation.APPROVAL_GET)
                        .path("approval_id", approvalId)
                        .unguarded()
                        .query("wait_ms", POLL_WAIT_MS)
                        .send(Approval.class);
                if (approval.state() != ApprovalState.PENDING) {
                    return approval;
                }
            } catch (SoniaException e) {
                clock.sleep(AFTER_LOST_PEER);
            }
            if (stopping.getAsBoolean()) {
                throw new InterruptedException("the gateway is stopping");
            }
        }
    }

    GrantAnswer grant(Context context, String approvalId) {
        return evaOs.on(context.within(GATE_TIME), Operation.APPROVAL_GRANT)
                .path("approval_id", approvalId)
                .send(GrantAnswer.class);
    }

    /** Withdraws an approval as it is now; one that moves meanwhile is looked at again. */
    void withdraw(Context context, String approvalId, String reason) {
        for (int attempt = 1; ; attempt++) {
            Approval seen = approval(context, approvalId);
            try {
                evaOs.on(context.within(GATE_TIME), Operation.APPROVAL_CANCEL)
                        .path("approval_id", approvalId)
                        .body(new CancelRequest(seen.fenceToken(), reason))
                        .send(Approval.class);
                return;
            } catch (SoniaException e) {
                if (e.code() != ErrorCode.STALE_FENCE || attempt == CANCEL_TRIES) {
                    throw e;
                }
            }
        }
    }
}
