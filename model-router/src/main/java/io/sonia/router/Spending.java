package io.sonia.router;

import io.sonia.contracts.router.Usage;
import io.sonia.journal.Journal;
import io.sonia.journal.Tx;
import io.sonia.router.Plan.Choice;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What one call spends: held before a backend is called, settled once in the commit that puts the call on record, and
 * given back by {@link #close} where nothing was used up. For one thread.
 */
final class Spending implements AutoCloseable {

    private final Budgets budgets;
    private final Journal journal;
    private final @Nullable String sessionId;
    private final String userId;
    private final int promptTokens;
    private final int maxTokens;
    private @Nullable Reservation held;
    private @Nullable Usage used;

    /**
     * Nothing is held yet.
     *
     * @param promptTokens estimated
     * @param maxTokens of the answer
     */
    Spending(
            Budgets budgets,
            Journal journal,
            @Nullable String sessionId,
            String userId,
            int promptTokens,
            int maxTokens) {
        this.budgets = budgets;
        this.journal = journal;
        this.sessionId = sessionId;
        this.userId = userId;
        this.promptTokens = promptTokens;
        this.maxTokens = maxTokens;
    }

    /** Holds the worst case of a call of this backend, in the place of what was held; or says why not. */
    @Nullable
    Exceeded reserve(Choice choice) {
        BackendConfig price = choice.price();
        Reservation wanted = new Reservation(
                budgets.newId(),
                sessionId,
                userId,
                choice.backend().toString(),
                budgets.today(),
                price == null ? 0 : price.cost(promptTokens, maxTokens),
                promptTokens,
                maxTokens);
        Exceeded exceeded = budgets.reserve(wanted, held).orElse(null);
        held = exceeded == null ? wanted : null;
        return exceeded;
    }

    /** The call that is held for has come to this. */
    void used(Usage usage) {
        used = usage;
    }

    void settle(Tx tx) throws SQLException {
        Reservation mine = held;
        Usage usage = used;
        if (mine != null && usage != null) {
            budgets.settle(tx, mine, usage);
        } else if (mine != null) {
            budgets.release(tx, mine);
        }
    }

    /** To be called once the commit that settled it is durable. */
    void settled() {
        held = null;
    }

    /** Settles it by itself if nothing else did. */
    @Override
    public void close() {
        if (held != null) {
            journal.commit(tx -> {
                settle(tx);
                return true;
            });
            settled();
        }
    }
}
