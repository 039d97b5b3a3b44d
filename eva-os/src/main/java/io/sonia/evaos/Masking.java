package io.sonia.evaos;

import io.sonia.contracts.evaos.Approval;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Approvals for those who may look but not read: every text in the arguments is covered. */
final class Masking {

    private static final String COVER = "***";

    private Masking() {}

    static Approval of(Approval a) {
        Map<String, @Nullable Object> args = new LinkedHashMap<>();
        a.args().forEach((name, value) -> args.put(name, covered(value)));
        return new Approval(
                a.approvalId(),
                a.state(),
                a.toolName(),
                args,
                Gate.summary(a.toolName(), args),
                a.digest(),
                a.riskTier(),
                a.ruleId(),
                a.policyVersion(),
                a.requester(),
                a.sessionId(),
                a.turnId(),
                a.actionId(),
                a.correlationId(),
                a.fenceToken(),
                a.requiredApprovals(),
                a.approvals(),
                a.createdAt(),
                a.expiresAt(),
                a.ttlSeconds(),
                a.remainingSeconds(),
                a.decidedAt(),
                a.decidedBy(),
                a.decisionReason(),
                a.grantExpiresAt(),
                a.consumedAt(),
                a.executionId(),
                a.outcome(),
                a.supersedes(),
                a.supersededBy(),
                a.tainted());
    }

    private static @Nullable Object covered(@Nullable Object value) {
        if (value instanceof List<?> list) {
            List<@Nullable Object> covered = new ArrayList<>();
            list.forEach(each -> covered.add(covered(each)));
            return covered;
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> covered = new LinkedHashMap<>();
            map.forEach((name, each) -> covered.put(String.valueOf(name), covered(each)));
            return covered;
        }
        return value instanceof String ? COVER : value;
    }
}
