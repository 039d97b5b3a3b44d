package io.sonia.evaos;

import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.evaos.ConsumeAnswer;
import io.sonia.contracts.evaos.ConsumeRequest;
import io.sonia.contracts.evaos.ExecutionOutcome;
import io.sonia.contracts.evaos.Grant;
import io.sonia.contracts.evaos.GrantAnswer;
import io.sonia.contracts.evaos.KillSwitch.Stoppable;
import io.sonia.contracts.evaos.OutcomeAnswer;
import io.sonia.contracts.evaos.OutcomeRequest;
import io.sonia.evaos.ApprovalLife.Event;
import io.sonia.journal.Answers;
import io.sonia.journal.Sql;
import io.sonia.journal.Tx;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.identity.Caller;
import io.sonia.kernel.identity.KeyMaterial;
import io.sonia.kernel.json.WireNamed;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Issues grants and sees to it that each starts one execution. Only the hash of a grant is stored; Ed25519 is
 * deterministic, so the same grant can be signed again while it lasts.
 */
final class Grants {

    private record Issued(String grantId, Instant issuedAt, Instant expiresAt) {}

    private final Foundation base;
    private final KeyMaterial keys;
    private final Supplier<String> policyVersion;

    Grants(Foundation base, KeyMaterial keys, Supplier<String> policyVersion) {
        this.base = base;
        this.keys = keys;
        this.policyVersion = policyVersion;
    }

    /** A new grant for an approval that is approved as of now; {@link #keep} makes it valid. */
    Grant draft(Approval approval, Instant now) {
        Instant end = approval.grantExpiresAt();
        if (end == null) {
            throw new IllegalStateException("an approved approval has an end");
        }
        return grant(approval, new Issued(base.ids().next("gnt_"), now, end));
    }

    /** Puts a grant on record. */
    void keep(Tx tx, Grant grant) throws SQLException {
        tx.sql()
                .update(
                        "INSERT INTO grants (grant_id, approval_id, token_hash, issued_at, expires_at)"
                                + " VALUES (?, ?, ?, ?, ?)",
                        grant.grantId(),
                        grant.approvalId(),
                        grant.hash(),
                        grant.issuedAt(),
                        grant.expiresAt());
    }

    /** The token. Signing takes longer than any other step, so it never happens on the store's writer. */
    String sign(Grant grant) {
        return grant.signedWith(keys.signingKey());
    }

    /** Hands the grant to whoever asked for the call, again and again until it is used or expires. */
    Reply grant(Call<Empty> call) {
        Instant now = base.clock().now();
        String id = Ids.checked(call.path("approval_id"));
        Grant grant = base.journal().read(sql -> {
            Approval approval = grantable(sql, id, call.caller(), now);
            return grant(approval, issued(sql, id).orElseThrow(() -> Grant.invalid("unknown")));
        });
        GrantAnswer answer = new GrantAnswer(sign(grant), grant.grantId(), grant.fenceToken(), grant.expiresAt());
        return base.journal().commit(tx -> {
            Approval approval = grantable(tx.sql(), id, call.caller(), now);
            tx.audit(call.audit().about(ApprovalEdges.subject(approval)).detail(named(grant.grantId(), null)));
            return Answers.keep(tx, call, Reply.ok(answer));
        });
    }

    private static Approval grantable(Sql sql, String id, Caller caller, Instant now) throws SQLException {
        Approval approval = ApprovalStore.get(sql, id, now);
        requireRequester(caller, approval);
        if (approval.state() == ApprovalState.EXPIRED || Approvals.overdue(approval, now)) {
            throw SoniaException.of(ErrorCode.APPROVAL_EXPIRED);
        }
        if (approval.state() != ApprovalState.APPROVED) {
            throw ApprovalLife.TABLE.refusal(approval.state());
        }
        return approval;
    }

    /** Uses a grant up, together with the record of who did; the same execution may ask again. */
    Reply consume(Call<ConsumeRequest> call) {
        ConsumeRequest input = call.input();
        long fence = Approvals.shownFence(call, input.fenceToken());
        Instant now = base.clock().now();
        String id = Ids.checked(call.path("approval_id"));
        Reply.Enveloped reply = base.journal().commit(tx -> {
            Approval approval = ApprovalStore.get(tx.sql(), id, now);
            KillSwitches.requireNone(
                    tx.sql(),
                    new Stoppable(
                            approval.toolName(),
                            approval.riskTier(),
                            approval.sessionId(),
                            approval.requester().actorId()));
            requireUsable(tx.sql(), approval, input, fence, now);
            if (approval.state() == ApprovalState.CONSUMED) {
                return Answers.keep(tx, call, Reply.ok(consumed(approval)));
            }
            Map<String, @Nullable Object> columns = new LinkedHashMap<>();
            columns.put("consumed_at", now);
            columns.put("execution_id", input.executionId());
            Approval after = ApprovalEdges.take(
                    tx,
                    approval,
                    Event.CONSUME,
                    columns,
                    call.audit().detail(named(input.grantId(), input.executionId())),
                    now);
            tx.sql()
                    .update(
                            "UPDATE grants SET consumed_at = ?, execution_id = ? WHERE grant_id = ?",
                            now,
                            input.executionId(),
                            input.grantId());
            return Answers.keep(tx, call, Reply.ok(consumed(after)));
        });
        base.figures().reached(ApprovalState.CONSUMED);
        return reply;
    }

    private void requireUsable(Sql sql, Approval approval, ConsumeRequest input, long fence, Instant now)
            throws SQLException {
        boolean known = issued(sql, approval.approvalId())
                .filter(each -> each.grantId().equals(input.grantId()))
                .isPresent();
        if (!known) {
            throw ApprovalLife.refusal(approval, Event.CONSUME);
        }
        if (!approval.digest().equals(input.digest())) {
            throw Grant.invalid("scope_mismatch");
        }
        boolean again = approval.state() == ApprovalState.CONSUMED
                && input.executionId().equals(approval.executionId());
        if (again) {
            return;
        }
        ApprovalLife.next(approval, Event.CONSUME);
        if (fence != approval.fenceToken()) {
            throw SoniaException.of(ErrorCode.STALE_FENCE).with("current_fence", approval.fenceToken());
        }
        if (Approvals.overdue(approval, now)) {
            throw Grant.invalid("expired");
        }
        if (!approval.policyVersion().equals(policyVersion.get())) {
            throw Grant.invalid("policy_changed");
        }
    }

    /** Puts on record how the execution ended; what was unknown may become known later. */
    Reply outcome(Call<OutcomeRequest> call) {
        OutcomeRequest input = call.input();
        Instant now = base.clock().now();
        String id = Ids.checked(call.path("approval_id"));
        return base.journal().commit(tx -> {
            Approval approval = ApprovalStore.get(tx.sql(), id, now);
            ExecutionOutcome before = approval.outcome();
            boolean open = before == null || before == ExecutionOutcome.OUTCOME_UNKNOWN || before == input.outcome();
            if (!input.executionId().equals(approval.executionId()) || !open) {
                throw ApprovalLife.TABLE.refusal(approval.state());
            }
            if (before != input.outcome()) {
                ApprovalStore.outcome(tx.sql(), id, input.outcome());
                Map<String, @Nullable Object> detail = named(null, input.executionId());
                detail.put("outcome", WireNamed.of(input.outcome()));
                detail.put("result_digest", input.resultDigest());
                tx.audit(call.audit().about(ApprovalEdges.subject(approval)).detail(detail));
            }
            return Answers.keep(tx, call, Reply.ok(new OutcomeAnswer(id, input.outcome())));
        });
    }

    private static ConsumeAnswer consumed(Approval approval) {
        Instant at = approval.consumedAt();
        String execution = approval.executionId();
        if (at == null || execution == null) {
            throw new IllegalStateException("a consumed approval names its execution");
        }
        return new ConsumeAnswer(approval.state(), at, execution);
    }

    /** The service the call came through, or the person who made it directly. */
    private static void requireRequester(Caller caller, Approval approval) {
        String service = approval.requester().service();
        boolean same = service == null
                ? caller.person()
                        && caller.actorId().equals(approval.requester().actorId())
                : caller.via() != null && caller.via().wireName().equals(service);
        if (!same) {
            throw SoniaException.of(ErrorCode.FORBIDDEN);
        }
    }

    private static Optional<Issued> issued(Sql sql, String approvalId) throws SQLException {
        return sql.one(
                "SELECT grant_id, issued_at, expires_at FROM grants WHERE approval_id = ?",
                row -> new Issued(row.text("grant_id"), row.instant("issued_at"), row.instant("expires_at")),
                approvalId);
    }

    private Grant grant(Approval approval, Issued issued) {
        String decidedBy =
                approval.decidedBy() == null ? "" : approval.decidedBy().actorId();
        return new Grant(
                issued.grantId(),
                approval.approvalId(),
                approval.toolName(),
                approval.digest(),
                approval.requester().actorId(),
                approval.policyVersion(),
                approval.riskTier(),
                approval.fenceToken(),
                decidedBy,
                issued.issuedAt(),
                issued.expiresAt(),
                Grant.AUDIENCE,
                keys.keyId());
    }

    private static Map<String, @Nullable Object> named(@Nullable String grantId, @Nullable String executionId) {
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        if (grantId != null) {
            detail.put("grant_id", grantId);
        }
        if (executionId != null) {
            detail.put("execution_id", executionId);
        }
        return detail;
    }
}
