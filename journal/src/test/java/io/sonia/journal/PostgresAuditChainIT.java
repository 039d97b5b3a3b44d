package io.sonia.journal;

import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import java.util.List;

class PostgresAuditChainIT extends AuditChainContract {

    private final PostgresDatabase database = PostgresServer.emptySchema();

    @Override
    Journal open(JournalOptions options) {
        return PostgresJournal.open(database, ServiceName.EVA_OS, List.of(), clock, new Hlc(clock), options);
    }
}
