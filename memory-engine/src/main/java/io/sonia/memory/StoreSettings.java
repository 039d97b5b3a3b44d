package io.sonia.memory;

import io.sonia.contracts.memory.Pragmas;
import io.sonia.contracts.memory.Pragmas.Values;
import io.sonia.journal.Journal;
import io.sonia.journal.Sql;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Reply;
import java.sql.SQLException;
import java.util.List;

/** How the store is set, asked of the connection that writes: some of it is a connection's own. */
final class StoreSettings {

    private static final Values EXPECTED = new Values("wal", "full", "on", 5_000);

    /** Names of SQLite's numbers for {@code synchronous}. */
    private static final List<String> SYNCHRONOUS = List.of("off", "normal", "full", "extra");

    private final Journal journal;

    StoreSettings(Journal journal) {
        this.journal = journal;
    }

    Reply pragmas(Call<Empty> call) {
        Values met = journal.commit(tx -> met(tx.sql()));
        return Reply.ok(new Pragmas(met, met.equals(EXPECTED), EXPECTED));
    }

    private static Values met(Sql sql) throws SQLException {
        return new Values(
                sql.one("PRAGMA journal_mode", row -> row.text("journal_mode")).orElse("none"),
                SYNCHRONOUS.get((int) sql.number("PRAGMA synchronous")),
                sql.number("PRAGMA foreign_keys") == 1 ? "on" : "off",
                sql.number("PRAGMA busy_timeout"));
    }
}
