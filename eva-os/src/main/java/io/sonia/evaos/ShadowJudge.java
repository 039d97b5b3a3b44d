package io.sonia.evaos;

import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.PolicyProposed.Change;
import io.sonia.contracts.evaos.PolicyProposed.Shadow;
import io.sonia.contracts.evaos.Verdict;
import io.sonia.evaos.policy.Policy;
import io.sonia.evaos.policy.Situation;
import io.sonia.kernel.identity.Role;
import io.sonia.kernel.json.CanonicalJson;
import io.sonia.kernel.json.WireNamed;
import io.sonia.kernel.settings.Live;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Judges recent calls by two policies, without any effect. */
final class ShadowJudge {

    private static final int MOST = 500;

    private final Foundation base;
    private final Live<PolicyConfig> config;

    ShadowJudge(Foundation base, Live<PolicyConfig> config) {
        this.base = base;
        this.config = config;
    }

    Shadow judge(Policy before, Policy after) {
        Instant now = base.clock().now();
        Instant since = now.minus(Duration.ofDays(config.get().shadowDays()));
        List<Approval> recent = base.journal()
                .read(sql -> sql.list(
                        "SELECT * FROM approvals WHERE created_at >= ? AND tool_name <> ?"
                                + " ORDER BY created_at DESC, approval_id LIMIT ?",
                        row -> ApprovalStore.read(row, now),
                        since,
                        PolicyUpdates.TOOL,
                        MOST));
        List<Change> changed = new ArrayList<>();
        for (Approval call : recent) {
            Verdict was = verdict(before, call);
            Verdict is = verdict(after, call);
            if (was != is) {
                changed.add(new Change(call.toolName(), CanonicalJson.sha256(call.args()), was, is));
            }
        }
        return new Shadow(recent.size(), List.copyOf(changed));
    }

    private Verdict verdict(Policy policy, Approval call) {
        String requester = call.requester().actorId();
        return policy.judge(
                        call.toolName(),
                        call.args(),
                        new Situation(
                                role(call),
                                call.sessionId(),
                                call.tainted(),
                                call.createdAt(),
                                new CallCounts(
                                        base.journal(),
                                        call.sessionId(),
                                        requester,
                                        base.clock().now())))
                .verdict();
    }

    static Role role(Approval call) {
        return call.requester().actorRole().equals(WireNamed.of(Role.SERVICE)) ? Role.SERVICE : Role.OPERATOR;
    }
}
