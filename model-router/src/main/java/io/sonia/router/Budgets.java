package io.sonia.router;

import io.sonia.contracts.router.RouteDecision.BudgetLeft;
import io.sonia.contracts.router.Usage;
import io.sonia.journal.Journal;
import io.sonia.journal.Sql;
import io.sonia.journal.Tx;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.settings.Live;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The ledger of model calls and the budgets over it. A call is let in by one commit that sees what is spent and what the
 * calls under way may still come to, so that no number of callers at once spends more than the limit.
 */
final class Budgets {

    private static final Duration OWN_TIME = Duration.ofSeconds(5);

    private final Live<RouterConfig> config;
    private final Journal journal;
    private final Clock clock;
    private final Ids ids;

    /** Tells the reservations of this process from those that a dead one left. */
    private final String life;

    Budgets(Live<RouterConfig> config, Journal journal, Clock clock, Ids ids) {
        this.config = config;
        this.journal = journal;
        this.clock = clock;
        this.ids = ids;
        this.life = ids.next("life_");
    }

    String newId() {
        return ids.next("call_");
    }

    /** The day, in UTC. */
    String today() {
        return LocalDate.ofInstant(clock.now(), ZoneOffset.UTC).toString();
    }

    /**
     * Lets a call in if it fits into all its budgets; what it held before at another backend is given back either way.
     *
     * @return what it does not fit into
     */
    Optional<Exceeded> reserve(Reservation wanted, @Nullable Reservation before) {
        BudgetConfig limits = config.get().budgets();
        if (before == null && !limits.any()) {
            return Optional.empty();
        }
        return journal.commit(tx -> {
            if (before != null) {
                release(tx, before);
            }
            Exceeded exceeded = exceeded(tx.sql(), wanted, limits);
            if (exceeded == null && limits.any()) {
                hold(tx.sql(), wanted);
            }
            return Optional.ofNullable(exceeded);
        });
    }

    /** What the budgets with a limit have left for a call by one of these backends. */
    List<BudgetLeft> left(@Nullable String sessionId, String userId, List<String> backends) {
        BudgetConfig limits = config.get().budgets();
        if (!limits.any()) {
            return List.of();
        }
        Set<Budget> all = new LinkedHashSet<>();
        for (String backend : backends) {
            all.addAll(new Reservation("", sessionId, userId, backend, today(), 0, 0, 0).budgets());
        }
        return journal.read(sql -> {
            List<Reservation> open = open(sql);
            List<BudgetLeft> left = new ArrayList<>();
            for (Budget budget : all) {
                Amount limit = limits.limit(budget.scope());
                if (!limit.equals(Amount.NOTHING)) {
                    Amount gone = spent(sql, budget).plus(reserved(open, budget));
                    left.add(new BudgetLeft(
                            budget.name(),
                            left(limit.micro(), gone.micro()),
                            left(limit.tokens(), gone.tokens()),
                            left(limit.calls(), gone.calls())));
                }
            }
            return left;
        });
    }

    private static @Nullable Long left(long limit, long gone) {
        return limit == 0 ? null : Long.valueOf(Math.max(0, limit - gone));
    }

    private @Nullable Exceeded exceeded(Sql sql, Reservation wanted, BudgetConfig limits) throws SQLException {
        List<Reservation> open = open(sql);
        for (Budget budget : wanted.budgets()) {
            Amount limit = limits.limit(budget.scope());
            if (!limit.equals(Amount.NOTHING)) {
                Exceeded exceeded = exceeded(budget, limit, spent(sql, budget), reserved(open, budget), wanted.worst());
                if (exceeded != null) {
                    return exceeded;
                }
            }
        }
        return null;
    }

    private static @Nullable Exceeded exceeded(
            Budget budget, Amount limit, Amount spent, Amount reserved, Amount wanted) {
        Amount sum = spent.plus(reserved).plus(wanted);
        if (limit.micro() > 0 && sum.micro() > limit.micro()) {
            return new Exceeded(budget, "micro", limit.micro(), spent.micro(), reserved.micro(), wanted.micro());
        }
        if (limit.tokens() > 0 && sum.tokens() > limit.tokens()) {
            return new Exceeded(budget, "tokens", limit.tokens(), spent.tokens(), reserved.tokens(), wanted.tokens());
        }
        if (limit.calls() > 0 && sum.calls() > limit.calls()) {
            return new Exceeded(budget, "calls", limit.calls(), spent.calls(), reserved.calls(), wanted.calls());
        }
        return null;
    }

    /** What calls under way hold; they are as many as may run at once. */
    static List<Reservation> open(Sql sql) throws SQLException {
        return sql.list("SELECT * FROM budget_reservations", Reservation::read);
    }

    static Amount reserved(List<Reservation> open, Budget budget) {
        return open.stream()
                .filter(each -> each.budgets().contains(budget))
                .map(Reservation::worst)
                .reduce(Amount.NOTHING, Amount::plus);
    }

    static Amount spent(Sql sql, Budget budget) throws SQLException {
        return sql.one(
                        "SELECT micro, tokens, calls FROM budget_spent WHERE scope = ? AND subject = ? AND period = ?",
                        Amount::read,
                        budget.scope().name(),
                        budget.subject(),
                        budget.period())
                .orElse(Amount.NOTHING);
    }

    private void hold(Sql sql, Reservation wanted) throws SQLException {
        sql.update(
                "INSERT INTO budget_reservations (reservation_id, life, session_id, user_id, backend, period,"
                        + " amount_micro, prompt_tokens, completion_tokens) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                wanted.id(),
                life,
                wanted.sessionId(),
                wanted.userId(),
                wanted.backend(),
                wanted.period(),
                wanted.micro(),
                wanted.promptTokens(),
                wanted.completionTokens());
    }

    /** Gives back what a call held that used nothing up. */
    void release(Tx tx, Reservation held) throws SQLException {
        tx.sql().update("DELETE FROM budget_reservations WHERE reservation_id = ?", held.id());
    }

    /** Puts into the ledger, once, what a call came to, instead of what it held. */
    void settle(Tx tx, Reservation held, Usage usage) throws SQLException {
        release(tx, held);
        Sql sql = tx.sql();
        sql.update(
                "INSERT INTO usage_ledger (call_id, session_id, user_id, provider, backend, prompt_tokens,"
                        + " completion_tokens, cost_micro, estimated, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                held.id(),
                held.sessionId(),
                held.userId(),
                BackendName.of(held.backend()).provider(),
                held.backend(),
                usage.promptTokens(),
                usage.completionTokens(),
                usage.costMicro(),
                usage.estimated(),
                clock.now());
        Long cost = usage.costMicro();
        for (Budget budget : held.budgets()) {
            sql.update(
                    "INSERT INTO budget_spent (scope, subject, period, micro, tokens, calls) VALUES (?, ?, ?, ?, ?, 1)"
                            + " ON CONFLICT (scope, subject, period) DO UPDATE SET"
                            + " micro = budget_spent.micro + excluded.micro,"
                            + " tokens = budget_spent.tokens + excluded.tokens, calls = budget_spent.calls + 1",
                    budget.scope().name(),
                    budget.subject(),
                    budget.period(),
                    cost == null ? 0 : cost,
                    (long) usage.promptTokens() + usage.completionTokens());
        }
    }

    /**
     * Settles what a former life left open. What those calls used nobody knows, so they count as what they held.
     *
     * @return how many there were
     */
    int settleFormer() {
        return journal.commit(tx -> {
            List<Reservation> left =
                    tx.sql().list("SELECT * FROM budget_reservations WHERE life <> ?", Reservation::read, life);
            long micro = 0;
            for (Reservation each : left) {
                settle(tx, each, new Usage(each.promptTokens(), each.completionTokens(), each.micro(), false, true));
                micro += each.micro();
            }
            if (!left.isEmpty()) {
                Context own = Context.own(ServiceName.MODEL_ROUTER, ids.next("req_"), null, OWN_TIME, ids, clock);
                tx.audit(AuditEvent.of("budget.settled", own.origin())
                        .outcome(ErrorCode.OUTCOME_UNKNOWN)
                        .detail(Map.of("calls", left.size(), "cost_micro", micro)));
            }
            return left.size();
        });
    }
}
