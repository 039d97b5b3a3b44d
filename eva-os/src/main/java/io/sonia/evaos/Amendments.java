package io.sonia.evaos;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.evaos.AmendAnswer;
import io.sonia.contracts.evaos.AmendRequest;
import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.CallDigest;
import io.sonia.contracts.evaos.Verdict;
import io.sonia.evaos.ApprovalLife.Event;
import io.sonia.evaos.policy.Judgement;
import io.sonia.evaos.policy.Policy;
import io.sonia.evaos.policy.Situation;
import io.sonia.journal.Answers;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.settings.Live;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Changes the arguments of a call that waits: its approval is cancelled, and a new one for the changed call waits in its
 * place, for a decision of its own. Nobody's yes to the old arguments counts for the new ones.
 */
final class Amendments {

    private final Foundation base;
    private final Approvals approvals;
    private final Supplier<Policy> policy;
    private final Live<ApprovalsConfig> config;

    Amendments(Foundation base, Approvals approvals, Supplier<Policy> policy, Live<ApprovalsConfig> config) {
        this.base = base;
        this.approvals = approvals;
        this.policy = policy;
        this.config = config;
    }

    /** Refused as a decision would be, and with POLICY_DENIED if policy denies the changed call. */
    Reply amend(Call<AmendRequest> call) {
        AmendRequest input = call.input();
        String id = Ids.checked(call.path("approval_id"));
        Instant now = base.clock().now();
        String begun = call.begun();
        if (begun != null) {
            return base.journal()
                    .read(sql -> answer(ApprovalStore.get(sql, id, now), ApprovalStore.get(sql, begun, now)));
        }
        approvals.requireDecider(call.caller(), id, now);
        long fence = Approvals.shownFence(call, input.fenceToken());
        Policy inForce = policy.get();
        Reply.Enveloped reply = base.journal().commit(tx -> {
            Approval seen = ApprovalStore.get(tx.sql(), id, now);
            ApprovalLife.next(seen, Event.AMEND);
            Approvals.requireFence(fence, seen);
            Approval changed = changed(seen, input.args(), inForce, now, Fences.next(tx.sql()));
            Map<String, @Nullable Object> columns = new LinkedHashMap<>();
            columns.put("decision_reason", input.reason());
            columns.put("superseded_by", changed.approvalId());
            Map<String, @Nullable Object> detail = new LinkedHashMap<>();
            detail.put("reason", input.reason());
            detail.put("superseded_by", changed.approvalId());
            Approval cancelled = ApprovalEdges.take(
                    tx, seen, Event.AMEND, columns, call.audit().detail(detail), now);
            ApprovalEdges.begin(tx, changed, call.audit().detail(Map.of("supersedes", seen.approvalId())));
            return Answers.keep(tx, call, answer(cancelled, changed), changed.approvalId());
        });
        AmendAnswer answer = (AmendAnswer) reply.data();
        approvals.announce(answer.cancelled());
        base.figures().reached(answer.approval().state());
        return reply;
    }

    private static Reply.Enveloped answer(Approval cancelled, Approval changed) {
        return Reply.ok(new AmendAnswer(cancelled, changed)).location("/v1/approvals/" + changed.approvalId());
    }

    private Approval changed(
            Approval seen, Map<String, @Nullable Object> args, Policy inForce, Instant now, long fence) {
        CallCounts counts = new CallCounts(
                base.journal(), seen.sessionId(), seen.requester().actorId(), now);
        Judgement judgement = inForce.judge(
                seen.toolName(),
                args,
                new Situation(ShadowJudge.role(seen), seen.sessionId(), seen.tainted(), now, counts));
        RiskTier tier = judgement.tier();
        if (judgement.verdict() == Verdict.DENY || tier == null) {
            throw SoniaException.of(ErrorCode.POLICY_DENIED).with("rule_id", judgement.ruleId());
        }
        Instant end = now.plusSeconds(config.get().ttlSeconds());
        return new Approval(
                base.ids().next("apr_"),
                ApprovalLife.TABLE.start(Event.ASK),
                seen.toolName(),
                args,
                Gate.summary(seen.toolName(), args),
                CallDigest.of(seen.toolName(), args, seen.requester().actorId(), inForce.version()),
                tier,
                judgement.ruleId(),
                inForce.version(),
                seen.requester(),
                seen.sessionId(),
                seen.turnId(),
                seen.actionId(),
                seen.correlationId(),
                fence,
                config.get().requiredFor(tier),
                List.of(),
                now,
                end,
                ApprovalStore.seconds(now, end),
                ApprovalStore.seconds(now, end),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                seen.approvalId(),
                null,
                seen.tainted());
    }
}
