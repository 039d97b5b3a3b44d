package io.sonia.gateway;

import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.ApprovalList;
import io.sonia.contracts.evaos.ApprovalWait;
import io.sonia.contracts.evaos.ApproveAnswer;
import io.sonia.contracts.evaos.ApproveRequest;
import io.sonia.contracts.evaos.Decision;
import io.sonia.contracts.gateway.Action;
import io.sonia.contracts.gateway.ActionExecution;
import io.sonia.contracts.gateway.DecideRequest;
import io.sonia.contracts.gateway.Decided;
import io.sonia.contracts.gateway.PendingFilter;
import io.sonia.contracts.gateway.PendingList;
import io.sonia.journal.ForeignWork;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Approvals as a caller of the gateway sees them. EVA-OS decides; the gateway passes on and shows what follows. */
final class Confirmations {

    private final Peer evaOs;
    private final Actions actions;
    private final ForeignWork foreign;
    private final Clock clock;

    Confirmations(Peer evaOs, Actions actions, ForeignWork foreign, Clock clock) {
        this.evaOs = evaOs;
        this.actions = actions;
        this.foreign = foreign;
        this.clock = clock;
    }

    List<Route<?>> list() {
        return List.of(
                Route.of(Operation.CONFIRMATION_PENDING, PendingFilter.class, PendingList.class, this::pending),
                Route.of(Operation.CONFIRMATION_GET, ApprovalWait.class, Approval.class, this::get),
                Route.of(Operation.CONFIRMATION_APPROVE, DecideRequest.class, Decided.class, this::approve),
                Route.of(Operation.CONFIRMATION_DENY, DecideRequest.class, Decided.class, this::deny));
    }

    /** Takes a person's decision to EVA-OS. The key of the request goes along, so that a retry is answered the same. */
    ApproveAnswer decide(Call<DecideRequest> call, String approvalId, Decision decision) {
        ApproveRequest request = new ApproveRequest(
                approvalId,
                decision,
                call.input().reason(),
                call.fence(call.input().fenceToken()));
        return evaOs.on(call.context(), Operation.APPROVE)
                .body(request)
                .idempotencyKey(
                        call.idempotencyKey() == null
                                ? null
                                : call.idempotencyKey().key())
                .send(ApproveAnswer.class);
    }

    private Reply pending(Call<PendingFilter> call) {
        PendingFilter filter = call.input();
        ApprovalList list = evaOs.on(call.context(), Operation.APPROVAL_LIST)
                .query("session_id", filter.sessionId())
                .query("limit", filter.limit())
                .query("cursor", filter.cursor())
                .send(ApprovalList.class);
        return Reply.ok(
                new PendingList(filter.sessionId(), list.approvals(), list.count(), list.total(), list.nextCursor()));
    }

    private Reply get(Call<ApprovalWait> call) {
        return Reply.ok(approval(
                call.context(),
                Ids.checked(call.path("confirmation_id")),
                call.input().waitMs()));
    }

    private Reply approve(Call<DecideRequest> call) {
        String approvalId = Ids.checked(call.path("confirmation_id"));
        return answered(call, approvalId, () -> {
            Approval approval = decision(call, approvalId, Decision.APPROVED);
            return decided(
                    approval,
                    followed(approvalId, Duration.ofMillis(call.input().waitMs())));
        });
    }

    private Reply deny(Call<DecideRequest> call) {
        String approvalId = Ids.checked(call.path("confirmation_id"));
        return answered(call, approvalId, () -> decided(decision(call, approvalId, Decision.DENIED), null));
    }

    private Reply answered(Call<DecideRequest> call, String approvalId, Supplier<Decided> work) {
        return call.repeats() ? Reply.ok(work.get()) : foreign.answered(call, approvalId, () -> Reply.ok(work.get()));
    }

    /** The approval after the decision; as it is now if the decision was answered before. */
    private Approval decision(Call<DecideRequest> call, String approvalId, Decision decision) {
        return call.repeats()
                ? approval(call.context(), approvalId, 0)
                : decide(call, approvalId, decision).approval();
    }

    private Approval approval(Context context, String approvalId, int waitMs) {
        return evaOs.on(context, Operation.APPROVAL_GET)
                .path("approval_id", approvalId)
                .unguarded()
                .query("wait_ms", waitMs)
                .send(Approval.class);
    }

    /** The action of an approval once it is settled, or as it is when the wait is over; null if it has none here. */
    private @Nullable Action followed(String approvalId, Duration patience) {
        Action action = actions.store().ofApproval(approvalId).orElse(null);
        if (action == null) {
            return null;
        }
        try {
            return actions.await(action.actionId(), each -> each.state().settled(), Deadline.in(patience, clock));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SoniaException.of(ErrorCode.UNAVAILABLE, "The gateway is stopping");
        }
    }

    private static Decided decided(Approval approval, @Nullable Action action) {
        return new Decided(
                approval.approvalId(),
                approval.state(),
                approval.fenceToken(),
                approval,
                action == null ? approval.actionId() : action.actionId(),
                action == null ? null : action.state(),
                action == null ? null : result(action));
    }

    private static Decided.@Nullable ToolResult result(Action action) {
        ActionExecution execution = action.execution();
        return execution == null
                ? null
                : new Decided.ToolResult(
                        action.intent(),
                        action.state(),
                        execution.output(),
                        execution.verification(),
                        execution.error());
    }
}
