package io.sonia.journal;

import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;

class PostgresJournalIT extends JournalContract {

    private final PostgresDatabase database = PostgresSchemas.empty();

    @Override
    Journal open(JournalOptions options) {
        return PostgresJournal.open(database, ServiceName.EVA_OS, Samples.SCHEMA, clock, new Hlc(clock), options);
    }
}
