package io.sonia.journal;

import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;

class PostgresOutboxIT extends OutboxContract {

    private final PostgresDatabase database = PostgresSchemas.empty();

    @Override
    Journal open(JournalOptions options) {
        return PostgresJournal.open(database, ServiceName.API_GATEWAY, Samples.SCHEMA, clock, new Hlc(clock), options);
    }
}
