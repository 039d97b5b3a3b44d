package io.sonia.router;

import io.sonia.journal.Row;
import io.sonia.router.Budget.Scope;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one call of one backend may come to at worst.
 *
 * @param id also names the call in the ledger
 * @param period the day it counts for, however long it takes
 * @param micro in millionths
 */
record Reservation(
        String id,
        @Nullable String sessionId,
        String userId,
        String backend,
        String period,
        long micro,
        int promptTokens,
        int completionTokens) {

    Amount worst() {
        return new Amount(micro, (long) promptTokens + completionTokens, 1);
    }

    /** The budgets it counts against. */
    List<Budget> budgets() {
        List<Budget> budgets = new ArrayList<>();
        budgets.add(new Budget(Scope.DAY, "", period));
        if (sessionId != null) {
            budgets.add(new Budget(Scope.SESSION, sessionId, ""));
        }
        budgets.add(new Budget(Scope.USER, userId, period));
        budgets.add(new Budget(Scope.MODEL, backend, period));
        return budgets;
    }

    static Reservation read(Row row) throws SQLException {
        return new Reservation(
                row.text("reservation_id"),
                row.textOrNull("session_id"),
                row.text("user_id"),
                row.text("backend"),
                row.text("period"),
                row.number("amount_micro"),
                row.integer("prompt_tokens"),
                row.integer("completion_tokens"));
    }
}
