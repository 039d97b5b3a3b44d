package io.sonia.evaos;

import io.sonia.contracts.policy.CallBudget;
import io.sonia.evaos.policy.Situation;
import io.sonia.journal.Journal;
import io.sonia.journal.Sql;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Counts the calls that were allowed or approved, from the approvals on record: every call above safe_read has one. One
 * object counts for one judgement and remembers what it found.
 */
final class CallCounts implements Situation.Calls {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);

    private record Asked(CallBudget.Per per, Set<String> tools) {}

    private final Journal journal;
    private final @Nullable String sessionId;
    private final String requester;
    private final Instant now;
    private final Map<String, Asked> asked = new HashMap<>();
    private final Map<String, Integer> found;

    CallCounts(Journal journal, @Nullable String sessionId, String requester, Instant now) {
        this(journal, sessionId, requester, now, Map.of());
    }

    /** @param known what is not counted again, by rule id */
    CallCounts(Journal journal, @Nullable String sessionId, String requester, Instant now, Map<String, Integer> known) {
        this.journal = journal;
        this.sessionId = sessionId;
        this.requester = requester;
        this.now = now;
        this.found = new HashMap<>(known);
    }

    @Override
    public int count(String ruleId, CallBudget.Per per, Set<String> tools) {
        Integer known = found.get(ruleId);
        if (known != null) {
            return known;
        }
        Asked question = new Asked(per, new TreeSet<>(tools));
        int calls = journal.read(sql -> count(sql, question));
        asked.put(ruleId, question);
        found.put(ruleId, calls);
        return calls;
    }

    /** True if every count is as it was found: nobody was faster. */
    boolean stillHold(Sql sql) throws SQLException {
        for (Map.Entry<String, Asked> each : asked.entrySet()) {
            if (count(sql, each.getValue()) != found.getOrDefault(each.getKey(), -1)) {
                return false;
            }
        }
        return true;
    }

    private int count(Sql sql, Asked question) throws SQLException {
        List<@Nullable Object> values = new ArrayList<>(question.tools());
        String marks =
                String.join(", ", question.tools().stream().map(each -> "?").toList());
        String calls = "SELECT count(*) FROM approvals WHERE state IN ('approved', 'consumed') AND tool_name IN ("
                + marks + ") AND ";
        if (question.per() == CallBudget.Per.SESSION && sessionId != null) {
            values.add(sessionId);
            return Math.toIntExact(sql.number(calls + "session_id = ?", values.toArray()));
        }
        values.add(requester);
        values.add(now.minus(question.per() == CallBudget.Per.HOUR ? HOUR : DAY));
        String where = calls + "requester_id = ? AND created_at > ?";
        boolean alone = question.per() == CallBudget.Per.SESSION;
        return Math.toIntExact(sql.number(alone ? where + " AND session_id IS NULL" : where, values.toArray()));
    }
}
