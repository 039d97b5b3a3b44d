package io.sonia.evaos;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.Approval.Decider;
import io.sonia.contracts.evaos.Approval.Requester;
import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.evaos.CallDigest;
import io.sonia.contracts.evaos.Circumstances;
import io.sonia.contracts.evaos.GateAnswer;
import io.sonia.contracts.evaos.GateRequest;
import io.sonia.contracts.evaos.GateStatus;
import io.sonia.contracts.evaos.Grant;
import io.sonia.contracts.evaos.KillSwitch.Stoppable;
import io.sonia.contracts.evaos.Verdict;
import io.sonia.evaos.ApprovalLife.Event;
import io.sonia.evaos.policy.Judgement;
import io.sonia.evaos.policy.Policy;
import io.sonia.evaos.policy.Situation;
import io.sonia.journal.Answers;
import io.sonia.journal.Tx;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.identity.Caller;
import io.sonia.kernel.identity.Role;
import io.sonia.kernel.json.Violations;
import io.sonia.kernel.json.WireNamed;
import io.sonia.kernel.settings.Live;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The gate every tool call passes: policy judges it, and what it says is on record before the caller hears it. */
final class Gate {

    private static final String BY_POLICY = "policy";
    private static final int MAX_ATTEMPTS = 100;

    private final Foundation base;
    private final Supplier<Policy> policy;
    private final KillSwitches stops;
    private final Grants grants;
    private final Live<ApprovalsConfig> config;

    Gate(Foundation base, Supplier<Policy> policy, KillSwitches stops, Grants grants, Live<ApprovalsConfig> config) {
        this.base = base;
        this.policy = policy;
        this.stops = stops;
        this.grants = grants;
        this.config = config;
    }

    /** One call at the gate and what policy says of it. */
    private record Case(
            Call<GateRequest> call,
            Requester requester,
            Policy policy,
            Judgement judgement,
            CallCounts counts,
            String digest,
            Instant at) {

        GateAnswer answer(@Nullable Long fence, @Nullable String token, @Nullable Approval approval) {
            return new GateAnswer(
                    switch (judgement.verdict()) {
                        case ALLOW -> GateStatus.APPROVED;
                        case CONFIRM -> GateStatus.APPROVAL_REQUIRED;
                        case DENY -> GateStatus.DENIED;
                    },
                    judgement.verdict(),
                    judgement.ruleId(),
                    judgement.trace(),
                    judgement.tier(),
                    policy.version(),
                    digest,
                    fence,
                    token,
                    approval,
                    new Circumstances(
                            call.input().context().sessionId(),
                            call.input().context().tainted(),
                            at,
                            judgement.counted()));
        }

        AuditEvent audit() {
            Map<String, @Nullable Object> detail = new LinkedHashMap<>();
            detail.put("tool_name", call.input().toolName());
            detail.put("verdict", WireNamed.of(judgement.verdict()));
            detail.put("requester", requester.actorId());
            detail.put("tool_call_id", call.input().id());
            detail.put("session_id", call.input().context().sessionId());
            detail.put("tainted", call.input().context().tainted());
            if (!judgement.counted().isEmpty()) {
                detail.put("counted", judgement.counted());
            }
            AuditEvent.Subject subject = new AuditEvent.Subject(
                    "tool", call.input().toolName(), null, null, digest, policy.version(), judgement.ruleId());
            return call.audit().about(subject).detail(detail);
        }
    }

    Reply judge(Call<GateRequest> call) {
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            Case asked = asked(call);
            Optional<Reply> reply = answered(call, asked);
            if (reply.isPresent()) {
                base.figures().judged(call.input().toolName(), asked.judgement().verdict());
                return reply.get();
            }
        }
        throw SoniaException.of(ErrorCode.OVERLOADED, "Too many calls under one budget at once");
    }

    private Case asked(Call<GateRequest> call) {
        GateRequest input = call.input();
        Requester requester = requester(call.caller(), input.requester());
        Policy inForce = policy.get();
        Role role = call.caller().person()
                ? call.caller().role()
                : requester.actorId().equals(call.caller().actorId()) ? Role.SERVICE : Role.OPERATOR;
        Instant now = base.clock().now();
        String session = input.context().sessionId();
        CallCounts counts = new CallCounts(base.journal(), session, requester.actorId(), now);
        RiskTier tier = inForce.set().risk().tools().get(input.toolName());
        Judgement judgement = stops.stopping(new Stoppable(input.toolName(), tier, session, requester.actorId()))
                .map(stop -> Judgement.stopped(stop.ruleId(), tier))
                .orElseGet(() -> inForce.judge(
                        input.toolName(),
                        input.args(),
                        new Situation(role, session, input.context().tainted(), now, counts)));
        String digest = CallDigest.of(input.toolName(), input.args(), requester.actorId(), inForce.version());
        return new Case(call, requester, inForce, judgement, counts, digest, now);
    }

    /** Empty if calls that count were made since: the judgement is out of date. */
    private Optional<Reply> answered(Call<GateRequest> call, Case asked) {
        Judgement judgement = asked.judgement();
        if (call.input().dryRun()) {
            return Optional.of(Reply.ok(asked.answer(null, null, null)));
        }
        boolean unrecorded = judgement.verdict() == Verdict.ALLOW && judgement.tier() == RiskTier.SAFE_READ;
        if (judgement.verdict() == Verdict.DENY || unrecorded) {
            return Optional.of(base.journal().commit(tx -> {
                tx.audit(asked.audit());
                return Answers.keep(tx, call, Reply.ok(asked.answer(null, null, null)));
            }));
        }
        boolean permitted = judgement.verdict() == Verdict.ALLOW;
        Optional<Reply> reply =
                permitted ? permit(asked) : Optional.of(base.journal().commit(tx -> ask(tx, asked)));
        if (reply.isPresent()) {
            base.figures().reached(permitted ? ApprovalState.APPROVED : ApprovalState.PENDING);
        }
        return reply;
    }

    /** Stores the call as approved by policy and hands out its grant at once. */
    private Optional<Reply> permit(Case asked) {
        long fence = base.journal().commit(tx -> Fences.next(tx.sql()));
        Instant now = base.clock().now();
        Instant end = now.plusSeconds(config.get().grantTtlSeconds());
        Approval approval = approval(fence, asked, Event.PERMIT, now, end);
        Grant grant = grants.draft(approval, now);
        GateAnswer answer = asked.answer(fence, grants.sign(grant), approval);
        return base.journal().commit(tx -> {
            if (!asked.counts().stillHold(tx.sql())) {
                return Optional.<Reply>empty();
            }
            ApprovalEdges.begin(tx, approval, asked.audit());
            grants.keep(tx, grant);
            return Optional.of(Answers.keep(tx, asked.call(), Reply.ok(answer).location(path(approval))));
        });
    }

    /** Stores the call to wait for a person. */
    private Reply ask(Tx tx, Case asked) throws SQLException {
        Approvals.requireRoom(
                tx.sql(), config.get(), asked.call().input().context().sessionId());
        Instant now = base.clock().now();
        Instant end = now.plusSeconds(config.get().ttlSeconds());
        Approval approval = approval(Fences.next(tx.sql()), asked, Event.ASK, now, end);
        ApprovalEdges.begin(tx, approval, asked.audit());
        GateAnswer answer = asked.answer(approval.fenceToken(), null, approval);
        return Answers.keep(tx, asked.call(), Reply.accepted(answer).location(path(approval)));
    }

    private static String path(Approval approval) {
        return "/v1/approvals/" + approval.approvalId();
    }

    private Approval approval(long fence, Case asked, Event event, Instant now, Instant end) {
        GateRequest input = asked.call().input();
        boolean permitted = event == Event.PERMIT;
        RiskTier tier = asked.judgement().tier();
        if (tier == null) {
            throw new IllegalStateException("a tool without a tier is denied");
        }
        ApprovalState state = ApprovalLife.TABLE.start(event);
        return new Approval(
                base.ids().next("apr_"),
                state,
                input.toolName(),
                input.args(),
                summary(input),
                asked.digest(),
                tier,
                asked.judgement().ruleId(),
                asked.policy().version(),
                asked.requester(),
                input.context().sessionId(),
                input.context().turnId(),
                input.context().actionId(),
                asked.call().context().correlationId(),
                fence,
                permitted ? 0 : config.get().requiredFor(tier),
                List.of(),
                now,
                end,
                ApprovalStore.seconds(now, end),
                ApprovalStore.seconds(now, end),
                permitted ? now : null,
                permitted ? new Decider(BY_POLICY, BY_POLICY) : null,
                null,
                permitted ? end : null,
                null,
                null,
                null,
                null,
                null,
                input.context().tainted());
    }

    /** What an approver reads first; without words from the caller, the tool and the names of its arguments. */
    private static String summary(GateRequest input) {
        String given = input.context().summary();
        return given == null ? summary(input.toolName(), input.args()) : given;
    }

    static String summary(String tool, Map<String, @Nullable Object> args) {
        String names = String.join(", ", args.keySet());
        String text = names.isEmpty() ? tool : tool + " with " + names;
        return text.length() <= 500 ? text : text.substring(0, 500);
    }

    /** Services act for the person they name, who then counts as an operator; without one they act for themselves. */
    private static Requester requester(Caller caller, @Nullable String named) {
        String service = caller.via() == null ? null : caller.via().wireName();
        if (caller.person()) {
            if (named != null) {
                throw Violations.single("requester", "unknown", "only a service may name a requester");
            }
            return new Requester(caller.actorId(), caller.roleName(), service);
        }
        String actor = named == null ? caller.onBehalfOf() : named;
        return actor == null
                ? new Requester(caller.actorId(), WireNamed.of(Role.SERVICE), service)
                : new Requester(actor, WireNamed.of(Role.OPERATOR), service);
    }
}
