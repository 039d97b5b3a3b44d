package io.sonia.journal;

import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import java.util.List;

/** The Merkle tree over a chain in PostgreSQL. */
class PostgresAuditTreeIT extends AuditTreeContract {

    private final PostgresDatabase database = PostgresSchemas.empty();

    @Override
    Journal open(JournalOptions options) {
        return PostgresJournal.open(database, ServiceName.EVA_OS, List.of(), clock, new Hlc(clock), options);
    }
}
