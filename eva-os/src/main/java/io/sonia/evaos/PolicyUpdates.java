package io.sonia.evaos;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.Approval.Requester;
import io.sonia.contracts.evaos.CallDigest;
import io.sonia.contracts.evaos.PolicyProposal;
import io.sonia.contracts.evaos.PolicyProposed;
import io.sonia.contracts.policy.PolicyDiff;
import io.sonia.contracts.policy.PolicyFile;
import io.sonia.contracts.policy.PolicySet;
import io.sonia.evaos.ApprovalLife.Event;
import io.sonia.evaos.ApprovalStore.Edged;
import io.sonia.journal.Answers;
import io.sonia.journal.Sql;
import io.sonia.journal.Tx;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.settings.Live;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Changes of policy: an operator proposes one, it is judged in the shadow of the one in force, and an approval puts it in
 * force. The approval, the new version and the end of what waited under the old one are one commit.
 */
final class PolicyUpdates {

    /** The name of an approval's tool that is a change of policy; no tool call can have it. */
    static final String TOOL = "policy.update";

    private static final String RULE = "policy:update";
    private static final int MAX_CANCELLED = 2_000;

    /** A change in force as of a commit, and how many approvals it cancelled. */
    record Applied(Approval approval, PolicySet set, int cancelled) {}

    private final Foundation base;
    private final PolicyInForce policy;
    private final PolicyVersions versions;
    private final PolicyFolder folder;
    private final ShadowJudge shadow;
    private final Live<ApprovalsConfig> config;

    PolicyUpdates(
            Foundation base,
            PolicyInForce policy,
            PolicyFolder folder,
            Live<PolicyConfig> policyConfig,
            Live<ApprovalsConfig> config) {
        this.base = base;
        this.policy = policy;
        this.versions = policy.versions();
        this.folder = folder;
        this.shadow = new ShadowJudge(base, policyConfig);
        this.config = config;
    }

    /**
     * Stores a change to wait for a person.
     *
     * @throws SoniaException FORBIDDEN if a service passes it on, CONFIG_INVALID, CONFLICT if it changes nothing,
     *     APPROVAL_QUEUE_FULL
     */
    Reply propose(Call<PolicyProposal> call) {
        if (!call.caller().person() || call.caller().via() != null) {
            throw SoniaException.of(ErrorCode.FORBIDDEN);
        }
        Instant now = base.clock().now();
        String begun = call.begun();
        if (begun != null) {
            return answer(base.journal().read(sql -> ApprovalStore.get(sql, begun, now)));
        }
        PolicySet current = policy.set();
        PolicySet next = current.with(call.input().files());
        if (next.version().equals(current.version())) {
            throw SoniaException.of(ErrorCode.CONFLICT, "The policy in force is the same")
                    .with("policy_version", current.version());
        }
        PolicyDiff diff = PolicyDiff.of(current, next);
        PolicyProposed.Shadow judged = shadow.judge(policy.get(), policy.over(next));
        Map<String, @Nullable Object> args = args(call.input().reason(), current, next, diff);
        return base.journal().commit(tx -> {
            Approvals.requireRoom(tx.sql(), config.get(), null);
            Approval approval = approval(call, args, current.version(), now, Fences.next(tx.sql()));
            ApprovalEdges.begin(tx, approval, call.audit());
            tx.sql()
                    .update(
                            "INSERT INTO policy_proposals (approval_id, version, files) VALUES (?, ?, ?)",
                            approval.approvalId(),
                            next.version(),
                            Json.text(next.texts()));
            PolicyProposed proposed =
                    new PolicyProposed(approval, next.version(), judged, diff.widens(), diff.narrows());
            return Answers.keep(tx, call, accepted(proposed), approval.approvalId());
        });
    }

    private Reply answer(Approval approval) {
        PolicySet next = base.journal().read(sql -> proposed(sql, approval.approvalId()));
        PolicySet before = versions.get(approval.policyVersion()).set();
        PolicyDiff diff = PolicyDiff.of(before, next);
        PolicyProposed.Shadow judged = shadow.judge(policy.over(before), policy.over(next));
        return accepted(new PolicyProposed(approval, next.version(), judged, diff.widens(), diff.narrows()));
    }

    private static Reply.Enveloped accepted(PolicyProposed proposed) {
        return Reply.accepted(proposed)
                .location("/v1/approvals/" + proposed.approval().approvalId());
    }

    /** What the approver decides on: from which version to which, why, the digests of the files, and what changes. */
    private static Map<String, @Nullable Object> args(
            String reason, PolicySet current, PolicySet next, PolicyDiff diff) {
        Map<String, @Nullable Object> files = new LinkedHashMap<>();
        for (PolicyFile file : next.files()) {
            if (!current.files().contains(file)) {
                files.put(file.name(), file.sha256());
            }
        }
        Map<String, @Nullable Object> args = new LinkedHashMap<>();
        args.put("from", current.version());
        args.put("to", next.version());
        args.put("reason", reason);
        args.put("files", files);
        args.put("widens", diff.widens());
        args.put("narrows", diff.narrows());
        return args;
    }

    private Approval approval(
            Call<PolicyProposal> call, Map<String, @Nullable Object> args, String version, Instant now, long fence) {
        Requester requester =
                new Requester(call.caller().actorId(), call.caller().roleName(), null);
        Instant end = now.plusSeconds(config.get().ttlSeconds());
        int seconds = ApprovalStore.seconds(now, end);
        return new Approval(
                base.ids().next("apr_"),
                ApprovalLife.TABLE.start(Event.ASK),
                TOOL,
                args,
                "Change the policy: " + call.input().reason(),
                CallDigest.of(TOOL, args, requester.actorId(), version),
                RiskTier.GUARDED_HIGH,
                RULE,
                version,
                requester,
                null,
                null,
                null,
                call.context().correlationId(),
                fence,
                config.get().requiredFor(RiskTier.GUARDED_HIGH),
                List.of(),
                now,
                end,
                seconds,
                seconds,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                false);
    }

    /**
     * Within the commit that approves a change: it is the version on record, its approval is used up, and what waits
     * under the old one is cancelled.
     */
    Applied apply(Tx tx, Approval approved, Call<?> call, Instant now) throws SQLException {
        PolicySet next = proposed(tx.sql(), approved.approvalId());
        AuditEvent.Origin origin = call.context().origin();
        versions.putUnwritten(
                tx,
                next,
                approved.decidedBy() == null ? "" : approved.decidedBy().actorId(),
                now);
        tx.audit(AuditEvent.of("policy.applied", origin)
                .about(new AuditEvent.Subject(
                        "policy", next.version(), null, approved.approvalId(), next.digest(), next.version(), RULE))
                .detail(Map.of("from", approved.policyVersion())));
        Map<String, @Nullable Object> columns = new LinkedHashMap<>();
        columns.put("consumed_at", now);
        columns.put("execution_id", next.version());
        Approval used = ApprovalEdges.take(
                tx, approved, Event.CONSUME, columns, AuditEvent.of("approval.consume", origin), now);
        List<Edged> outdated = ApprovalStore.outdated(tx.sql(), next.version(), MAX_CANCELLED);
        ApprovalEdges.end(tx, outdated, Event.CANCEL, AuditEvent.of("approval.cancel", origin));
        return new Applied(used, next, outdated.size());
    }

    /** After that commit: this process judges by it, and the files are it. */
    void putInForce(PolicySet set) {
        policy.use(set);
        folder.write(set);
        versions.written(set.version());
    }

    private static PolicySet proposed(Sql sql, String approvalId) throws SQLException {
        Map<String, @Nullable Object> files = sql.one(
                        "SELECT files FROM policy_proposals WHERE approval_id = ?",
                        row -> row.json("files"),
                        approvalId)
                .orElseThrow(() -> SoniaException.of(ErrorCode.NOT_FOUND));
        Map<String, String> texts = new LinkedHashMap<>();
        files.forEach((name, text) -> texts.put(name, String.valueOf(text)));
        return PolicySet.of(texts);
    }
}
