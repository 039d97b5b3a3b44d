package io.sonia.evaos;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.Listing;
import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.Approval.Agreement;
import io.sonia.contracts.evaos.ApprovalFilter;
import io.sonia.contracts.evaos.ApprovalList;
import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.evaos.ApprovalWait;
import io.sonia.contracts.evaos.ApproveAnswer;
import io.sonia.contracts.evaos.ApproveRequest;
import io.sonia.contracts.evaos.CancelRequest;
import io.sonia.contracts.evaos.Decision;
import io.sonia.evaos.ApprovalLife.Event;
import io.sonia.journal.Answers;
import io.sonia.journal.Sql;
import io.sonia.journal.Tx;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.identity.Caller;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Violations;
import io.sonia.kernel.settings.Live;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Decides, withdraws and shows approvals. EVA-OS is their only authority. */
final class Approvals {

    private final Foundation base;
    private final Grants grants;
    private final Live<ApprovalsConfig> config;
    private final Cursors cursors;
    private final Wakeups wakeups;
    private final PolicyUpdates updates;

    Approvals(
            Foundation base,
            Grants grants,
            Live<ApprovalsConfig> config,
            Cursors cursors,
            Wakeups wakeups,
            PolicyUpdates updates) {
        this.base = base;
        this.grants = grants;
        this.config = config;
        this.cursors = cursors;
        this.wakeups = wakeups;
        this.updates = updates;
    }

    /** One person's yes or no. Exactly one decision wins; every other decider is told which. */
    Reply decide(Call<ApproveRequest> call) {
        ApproveRequest input = call.input();
        String id = Ids.checked(input.approvalId());
        Instant now = base.clock().now();
        if (call.repeats()) {
            return Reply.ok(answer(current(id, now)));
        }
        requireDecider(call.caller(), id, now);
        try {
            AtomicReference<PolicyUpdates.Applied> applied = new AtomicReference<>();
            Reply.Enveloped reply = base.journal().commit(tx -> {
                Approval approval = ApprovalStore.get(tx.sql(), id, now);
                Approval after = decided(tx, call, approval, now);
                if (after.state() == ApprovalState.APPROVED && after.toolName().equals(PolicyUpdates.TOOL)) {
                    applied.set(updates.apply(tx, after, call, now));
                    after = applied.get().approval();
                }
                return Answers.keep(tx, call, Reply.ok(answer(after)), id);
            });
            Approval after = ((ApproveAnswer) reply.data()).approval();
            announce(after);
            if (applied.get() != null) {
                updates.putInForce(applied.get().set());
                announce(ApprovalState.CANCELLED, applied.get().cancelled());
            }
            base.figures().decided(after.createdAt(), now);
            return reply;
        } catch (SoniaException e) {
            if (e.code() == ErrorCode.ALREADY_DECIDED) {
                base.figures().raceLost();
            }
            throw e;
        }
    }

    private static ApproveAnswer answer(Approval approval) {
        return new ApproveAnswer(approval, approval.state(), approval.fenceToken());
    }

    private Approval decided(Tx tx, Call<ApproveRequest> call, Approval seen, Instant now) throws SQLException {
        ApproveRequest input = call.input();
        boolean yes = input.decision() == Decision.APPROVED;
        String actor = call.caller().actorId();
        String role = call.caller().roleName();
        boolean enough = seen.approvals().size() + 1 >= seen.requiredApprovals();
        Event event = !yes ? Event.DENY : enough ? Event.APPROVE : Event.AGREE;
        ApprovalLife.next(seen, event);
        if (seen.approvals().stream().anyMatch(each -> each.actorId().equals(actor))) {
            throw ApprovalLife.alreadyDecided(seen);
        }
        requireFence(call.fence(input.fenceToken()), seen);
        Map<String, @Nullable Object> columns = new LinkedHashMap<>();
        if (yes) {
            List<Agreement> agreements = new ArrayList<>(seen.approvals());
            agreements.add(new Agreement(actor, role, now));
            columns.put("agreements", Json.text(agreements));
        }
        if (event != Event.AGREE) {
            columns.put("decided_at", now);
            columns.put("decider_id", actor);
            columns.put("decider_role", role);
            columns.put("decision_reason", input.reason());
        }
        if (event == Event.APPROVE) {
            columns.put("grant_expires_at", now.plusSeconds(config.get().grantTtlSeconds()));
        }
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("reason", input.reason());
        Approval after =
                ApprovalEdges.take(tx, seen, event, columns, call.audit().detail(detail), now);
        if (event == Event.APPROVE && !after.toolName().equals(PolicyUpdates.TOOL)) {
            grants.keep(tx, grants.draft(after, now));
        }
        return after;
    }

    /** Withdraws an approval that was not used: by an operator, or by the service that asked. */
    Reply cancel(Call<CancelRequest> call) {
        CancelRequest input = call.input();
        long fence = shownFence(call, input.fenceToken());
        Instant now = base.clock().now();
        Approval seen = current(Ids.checked(call.path("approval_id")), now);
        if (call.repeats()) {
            return Reply.ok(seen);
        }
        if (!call.caller().person() && !asked(seen, call.caller())) {
            throw SoniaException.of(ErrorCode.FORBIDDEN);
        }
        Reply.Enveloped reply = base.journal().commit(tx -> {
            Approval approval = ApprovalStore.get(tx.sql(), seen.approvalId(), now);
            ApprovalLife.next(approval, Event.CANCEL);
            requireFence(fence, approval);
            Map<String, @Nullable Object> reason = new LinkedHashMap<>();
            reason.put("reason", input.reason());
            Approval after = ApprovalEdges.take(
                    tx,
                    approval,
                    Event.CANCEL,
                    Map.of("decision_reason", input.reason()),
                    call.audit().detail(reason),
                    now);
            return Answers.keep(tx, call, Reply.ok(after), after.approvalId());
        });
        announce((Approval) reply.data());
        return reply;
    }

    /** One approval; waits for it to leave pending if asked to. */
    Reply get(Call<ApprovalWait> call) {
        String id = Ids.checked(call.path("approval_id"));
        Duration patience = Duration.ofMillis(call.input().waitMs());
        Duration left = call.context().deadline().left();
        wakeups.await(
                () -> current(id, base.clock().now()).state() != ApprovalState.PENDING,
                patience.compareTo(left) < 0 ? patience : left);
        return Reply.ok(shown(current(id, base.clock().now()), call.caller()));
    }

    /** One page of approvals, newest first. */
    Reply list(Call<ApprovalFilter> call) {
        ApprovalFilter filter = call.input();
        Instant now = base.clock().now();
        return base.journal().read(sql -> {
            Listing.Page<Approval> page = ApprovalStore.listing(filter)
                    .page(sql, cursors, filter.cursor(), filter.limit(), row -> ApprovalStore.read(row, now));
            List<Approval> shown =
                    page.rows().stream().map(each -> shown(each, call.caller())).toList();
            return Reply.ok(
                    new ApprovalList(shown, ApprovalStore.pending(sql), shown.size(), page.total(), page.nextCursor()));
        });
    }

    /** The approval as it is now; what is past its time has expired, even if the timer did not come round yet. */
    private Approval current(String id, Instant now) {
        Approval approval = base.journal().read(sql -> ApprovalStore.get(sql, id, now));
        return overdue(approval, now) ? expire(approval, now) : approval;
    }

    private Approval expire(Approval overdue, Instant now) {
        Approval after = base.journal().commit(tx -> {
            Approval approval = ApprovalStore.get(tx.sql(), overdue.approvalId(), now);
            return overdue(approval, now)
                    ? ApprovalEdges.take(
                            tx, approval, Event.EXPIRE, Map.of(), base.own("approval.expire", "timer"), now)
                    : approval;
        });
        announce(after);
        return after;
    }

    static boolean overdue(Approval approval, Instant now) {
        Instant grantEnd = approval.grantExpiresAt();
        return switch (approval.state()) {
            case PENDING -> !now.isBefore(approval.expiresAt());
            case APPROVED -> grantEnd != null && !now.isBefore(grantEnd);
            case DENIED, EXPIRED, CANCELLED, CONSUMED -> false;
        };
    }

    /** Counts the edge and wakes who waits for it. */
    void announce(Approval after) {
        announce(after.state(), 1);
    }

    /** The same for several that reached one state at once. */
    void announce(ApprovalState state, int count) {
        base.figures().reached(state, count);
        wakeups.changed();
    }

    /** Decisions are made by persons, and by others than who asked if the settings say so. */
    void requireDecider(Caller caller, String id, Instant now) {
        requirePerson(caller, id, now);
        requireOther(caller, current(id, now));
    }

    /** A service never decides, least of all what it asked for itself; it learns nothing about other approvals. */
    private void requirePerson(Caller caller, String id, Instant now) {
        if (!caller.person()) {
            boolean own = base.journal()
                    .read(sql -> ApprovalStore.find(sql, id, now).filter(each -> asked(each, caller)))
                    .isPresent();
            throw SoniaException.of(own ? ErrorCode.SELF_APPROVAL_DENIED : ErrorCode.FORBIDDEN);
        }
    }

    private void requireOther(Caller caller, Approval approval) {
        boolean own = approval.requester().actorId().equals(caller.actorId());
        if (own && config.get().secondPerson()) {
            throw SoniaException.of(ErrorCode.SELF_APPROVAL_DENIED);
        }
    }

    private static boolean asked(Approval approval, Caller caller) {
        return caller.via() != null
                && caller.via().wireName().equals(approval.requester().service());
    }

    /** The fence token of a request that has to show one. */
    static long shownFence(Call<?> call, @Nullable Long fromBody) {
        Long fence = call.fence(fromBody);
        if (fence == null) {
            throw Violations.single("fence_token", "required", "expected a value, met none");
        }
        return fence;
    }

    static void requireFence(@Nullable Long shown, Approval approval) {
        if (shown != null && shown != approval.fenceToken()) {
            throw SoniaException.of(ErrorCode.STALE_FENCE).with("current_fence", approval.fenceToken());
        }
    }

    /** There is room for one more that waits. */
    static void requireRoom(Sql sql, ApprovalsConfig limits, @Nullable String sessionId) throws SQLException {
        boolean full = ApprovalStore.pending(sql) >= limits.maxPending();
        boolean sessionFull =
                sessionId != null && ApprovalStore.pendingOf(sql, sessionId) >= limits.maxPendingPerSession();
        if (full || sessionFull) {
            throw SoniaException.of(ErrorCode.APPROVAL_QUEUE_FULL)
                    .with("scope", full ? "all" : "session")
                    .with("limit", full ? limits.maxPending() : limits.maxPendingPerSession());
        }
    }

    private static Approval shown(Approval approval, Caller caller) {
        return caller.onlyLooks() ? Masking.of(approval) : approval;
    }
}
