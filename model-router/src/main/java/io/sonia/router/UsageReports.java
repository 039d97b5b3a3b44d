package io.sonia.router;

import io.sonia.contracts.router.UsageQuery;
import io.sonia.contracts.router.UsageReport;
import io.sonia.journal.Journal;
import io.sonia.journal.Sql;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.json.Timestamps;
import io.sonia.kernel.settings.Live;
import io.sonia.router.Budget.Scope;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Sums up the ledger of model calls and shows how far the budgets are used up. */
final class UsageReports {

    private static final int MAX_ROWS = 500;
    private static final int MAX_BUDGETS = 100;
    private static final String FIRST = "0000-01-01T00:00:00.000Z";
    private static final String LAST = "9999-12-31T23:59:59.999Z";

    private final Live<RouterConfig> config;
    private final Budgets budgets;
    private final Journal journal;

    UsageReports(Live<RouterConfig> config, Budgets budgets, Journal journal) {
        this.config = config;
        this.budgets = budgets;
        this.journal = journal;
    }

    Reply usage(Call<UsageQuery> call) {
        UsageQuery query = call.input();
        return Reply.ok(journal.read(sql -> {
            List<UsageReport.Row> rows = rows(sql, query);
            return new UsageReport(rows, budgets(sql), rows.size());
        }));
    }

    private static List<UsageReport.Row> rows(Sql sql, UsageQuery query) throws SQLException {
        String key = switch (query.groupBy()) {
            case PROVIDER -> "provider";
            case MODEL -> "backend";
            case SESSION -> "coalesce(session_id, '')";
            case DAY -> "substr(created_at, 1, 10)";
        };
        return sql.list(
                "SELECT * FROM (SELECT " + key + " AS name, count(*) AS calls, sum(prompt_tokens) AS prompt,"
                        + " sum(completion_tokens) AS completion, sum(coalesce(cost_micro, 0)) AS micro FROM usage_ledger"
                        + " WHERE created_at >= ? AND created_at <= ? GROUP BY " + key + ") AS sums"
                        + " ORDER BY micro DESC, completion DESC, name DESC LIMIT ?",
                row -> new UsageReport.Row(
                        row.text("name"),
                        row.number("calls"),
                        row.number("prompt"),
                        row.number("completion"),
                        row.number("micro")),
                bound(query.since(), FIRST),
                bound(query.until(), LAST),
                MAX_ROWS);
    }

    private static String bound(@Nullable Instant given, String otherwise) {
        return given == null ? otherwise : Timestamps.format(given);
    }

    private List<UsageReport.Budget> budgets(Sql sql) throws SQLException {
        List<Reservation> open = Budgets.open(sql);
        List<UsageReport.Budget> rows = new ArrayList<>();
        for (Scope scope : Scope.values()) {
            Amount limit = config.get().budgets().limit(scope);
            if (!limit.equals(Amount.NOTHING)) {
                for (Budget budget : inUse(sql, scope, open)) {
                    rows.add(row(budget, limit, Budgets.reserved(open, budget), Budgets.spent(sql, budget)));
                }
            }
        }
        return rows;
    }

    private Set<Budget> inUse(Sql sql, Scope scope, List<Reservation> open) throws SQLException {
        String period = scope == Scope.SESSION ? "" : budgets.today();
        Set<Budget> found = new LinkedHashSet<>();
        if (scope == Scope.DAY) {
            found.add(new Budget(scope, "", period));
        }
        found.addAll(sql.list(
                "SELECT subject FROM budget_spent WHERE scope = ? AND period = ?"
                        + " ORDER BY micro DESC, tokens DESC, subject LIMIT ?",
                row -> new Budget(scope, row.text("subject"), period),
                scope.name(),
                period,
                MAX_BUDGETS));
        open.stream()
                .flatMap(each -> each.budgets().stream())
                .filter(each -> each.scope() == scope)
                .forEach(found::add);
        return found;
    }

    private static UsageReport.Budget row(Budget budget, Amount limit, Amount reserved, Amount spent) {
        return new UsageReport.Budget(
                budget.name(),
                budget.period().isEmpty() ? null : budget.period(),
                limited(limit.micro()),
                reserved.micro(),
                spent.micro(),
                limited(limit.tokens()),
                reserved.tokens(),
                spent.tokens(),
                limited(limit.calls()),
                reserved.calls(),
                spent.calls());
    }

    private static @Nullable Long limited(long limit) {
        return limit == 0 ? null : Long.valueOf(limit);
    }
}
