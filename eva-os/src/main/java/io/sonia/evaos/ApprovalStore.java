package io.sonia.evaos;

import io.sonia.contracts.Listing;
import io.sonia.contracts.RiskTier;
import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.Approval.Agreement;
import io.sonia.contracts.evaos.Approval.Decider;
import io.sonia.contracts.evaos.Approval.Requester;
import io.sonia.contracts.evaos.ApprovalFilter;
import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.evaos.ExecutionOutcome;
import io.sonia.journal.Row;
import io.sonia.journal.Sql;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import io.sonia.kernel.json.WireNamed;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The approvals table. */
final class ApprovalStore {

    private static final String INSERT = """
            INSERT INTO approvals (approval_id, state, tool_name, args, summary, digest, risk_tier, rule_id,
              policy_version, requester_id, requester_role, requester_service, session_id, turn_id, action_id,
              correlation_id, fence_token, required_approvals, agreements, created_at, expires_at, decided_at,
              decider_id, decider_role, grant_expires_at, supersedes, tainted)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '[]', ?, ?, ?, ?, ?, ?, ?, ?)""";

    private static final String EDGED =
            "SELECT approval_id, state, tool_name, digest, policy_version, rule_id, fence_token FROM approvals";

    /** As much of an approval as an edge of its life needs. */
    record Edged(
            String approvalId,
            ApprovalState state,
            String toolName,
            String digest,
            String policyVersion,
            String ruleId,
            long fence) {

        static Edged of(Approval a) {
            return new Edged(
                    a.approvalId(), a.state(), a.toolName(), a.digest(), a.policyVersion(), a.ruleId(), a.fenceToken());
        }

        private static Edged read(Row row) throws SQLException {
            return new Edged(
                    row.text("approval_id"),
                    ApprovalState.valueOf(constant(row.text("state"))),
                    row.text("tool_name"),
                    row.text("digest"),
                    row.text("policy_version"),
                    row.text("rule_id"),
                    row.number("fence_token"));
        }
    }

    private ApprovalStore() {}

    static void insert(Sql sql, Approval a) throws SQLException {
        sql.update(
                INSERT,
                a.approvalId(),
                WireNamed.of(a.state()),
                a.toolName(),
                Json.text(a.args()),
                a.summary(),
                a.digest(),
                WireNamed.of(a.riskTier()),
                a.ruleId(),
                a.policyVersion(),
                a.requester().actorId(),
                a.requester().actorRole(),
                a.requester().service(),
                a.sessionId(),
                a.turnId(),
                a.actionId(),
                a.correlationId(),
                a.fenceToken(),
                a.requiredApprovals(),
                a.createdAt(),
                a.expiresAt(),
                a.decidedAt(),
                a.decidedBy() == null ? null : a.decidedBy().actorId(),
                a.decidedBy() == null ? null : a.decidedBy().actorRole(),
                a.grantExpiresAt(),
                a.supersedes(),
                a.tainted());
    }

    /** The one write that picks a winner: it changes the row only in the state and with the fence seen before. */
    static boolean move(Sql sql, Edged seen, ApprovalState to, long fence, Map<String, @Nullable Object> columns)
            throws SQLException {
        StringBuilder update = new StringBuilder("UPDATE approvals SET state = ?, fence_token = ?");
        List<@Nullable Object> values = new ArrayList<>(List.of(WireNamed.of(to), fence));
        columns.forEach((column, value) -> {
            update.append(", ").append(column).append(" = ?");
            values.add(value);
        });
        update.append(" WHERE approval_id = ? AND state = ? AND fence_token = ?");
        values.add(seen.approvalId());
        values.add(WireNamed.of(seen.state()));
        values.add(seen.fence());
        return sql.update(update.toString(), values.toArray()) == 1;
    }

    static void outcome(Sql sql, String approvalId, ExecutionOutcome outcome) throws SQLException {
        sql.update("UPDATE approvals SET outcome = ? WHERE approval_id = ?", WireNamed.of(outcome), approvalId);
    }

    static Optional<Approval> find(Sql sql, String approvalId, Instant now) throws SQLException {
        return sql.one("SELECT * FROM approvals WHERE approval_id = ?", row -> read(row, now), approvalId);
    }

    /** The approval, or NOT_FOUND. */
    static Approval get(Sql sql, String approvalId, Instant now) throws SQLException {
        return find(sql, approvalId, now).orElseThrow(() -> SoniaException.of(ErrorCode.NOT_FOUND));
    }

    static long pending(Sql sql) throws SQLException {
        return sql.number("SELECT count(*) FROM approvals WHERE state = 'pending'");
    }

    static long pendingOf(Sql sql, String sessionId) throws SQLException {
        return sql.number("SELECT count(*) FROM approvals WHERE state = 'pending' AND session_id = ?", sessionId);
    }

    /** Open approvals past their time: pending ones first, each kind from the oldest on, as the index has them. */
    static List<Edged> overdue(Sql sql, Instant now, int limit) throws SQLException {
        List<Edged> pending = overdue(sql, "pending", "expires_at", now, limit);
        return pending.isEmpty() ? overdue(sql, "approved", "grant_expires_at", now, limit) : pending;
    }

    private static List<Edged> overdue(Sql sql, String state, String until, Instant now, int limit)
            throws SQLException {
        return sql.list(
                EDGED + " WHERE state = ? AND " + until + " <= ? ORDER BY created_at, approval_id LIMIT ?",
                Edged::read,
                state,
                now,
                limit);
    }

    /** Pending approvals that were asked for under another policy, oldest first. */
    static List<Edged> outdated(Sql sql, String policyVersion, int limit) throws SQLException {
        return sql.list(
                EDGED + " WHERE state = 'pending' AND policy_version <> ? ORDER BY created_at, approval_id LIMIT ?",
                Edged::read,
                policyVersion,
                limit);
    }

    /** Approvals about something that are pending, or approved and not used up; oldest first. */
    static List<Edged> open(Sql sql, String about, String target, int limit) throws SQLException {
        return sql.list(
                EDGED + " WHERE state IN ('pending', 'approved') AND " + about
                        + " ORDER BY created_at, approval_id LIMIT ?",
                Edged::read,
                target,
                limit);
    }

    static Listing listing(ApprovalFilter filter) {
        return new Listing("approvals", "approval_id")
                .where("state", filter.state())
                .where("session_id", filter.sessionId())
                .where("requester_id", filter.requester());
    }

    static Approval read(Row row, Instant now) throws SQLException {
        ApprovalState state = ApprovalState.valueOf(constant(row.text("state")));
        Instant created = row.instant("created_at");
        Instant expires = row.instant("expires_at");
        Instant grantExpires = row.instantOrNull("grant_expires_at");
        String decider = row.textOrNull("decider_id");
        String outcome = row.textOrNull("outcome");
        return new Approval(
                row.text("approval_id"),
                state,
                row.text("tool_name"),
                row.json("args"),
                row.text("summary"),
                row.text("digest"),
                RiskTier.valueOf(constant(row.text("risk_tier"))),
                row.text("rule_id"),
                row.text("policy_version"),
                new Requester(
                        row.text("requester_id"), row.text("requester_role"), row.textOrNull("requester_service")),
                row.textOrNull("session_id"),
                row.textOrNull("turn_id"),
                row.textOrNull("action_id"),
                row.text("correlation_id"),
                row.number("fence_token"),
                row.integer("required_approvals"),
                agreements(row.text("agreements")),
                created,
                expires,
                seconds(Duration.between(created, expires)),
                remaining(state, expires, grantExpires, now),
                row.instantOrNull("decided_at"),
                decider == null ? null : new Decider(decider, row.text("decider_role")),
                row.textOrNull("decision_reason"),
                grantExpires,
                row.instantOrNull("consumed_at"),
                row.textOrNull("execution_id"),
                outcome == null ? null : ExecutionOutcome.valueOf(constant(outcome)),
                row.textOrNull("supersedes"),
                row.textOrNull("superseded_by"),
                row.truth("tainted"));
    }

    /** Whole seconds until the next deadline of an open approval, rounded up; 0 once it is closed. */
    static int remaining(ApprovalState state, Instant expires, @Nullable Instant grantExpires, Instant now) {
        Instant end = state == ApprovalState.PENDING ? expires : state == ApprovalState.APPROVED ? grantExpires : null;
        return end == null ? 0 : Math.max(0, seconds(Duration.between(now, end)));
    }

    /** Whole seconds between two moments, rounded up. */
    static int seconds(Instant from, Instant to) {
        return seconds(Duration.between(from, to));
    }

    private static int seconds(Duration duration) {
        return Math.toIntExact(Math.ceilDiv(duration.toMillis(), 1000L));
    }

    private static List<Agreement> agreements(String json) {
        List<Agreement> agreements = new ArrayList<>();
        if (Json.parse(json) instanceof List<?> list) {
            list.forEach(each -> agreements.add(Shape.of(Agreement.class).readAnswer(object(each))));
        }
        return List.copyOf(agreements);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, @Nullable Object> object(@Nullable Object json) {
        if (json instanceof Map<?, ?> map) {
            return (Map<String, @Nullable Object>) map;
        }
        throw new IllegalStateException("an agreement is not an object");
    }

    private static String constant(String word) {
        return word.toUpperCase(Locale.ROOT);
    }
}
