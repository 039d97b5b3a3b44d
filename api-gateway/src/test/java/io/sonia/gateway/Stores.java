package io.sonia.gateway;

import io.sonia.journal.AuditChain;
import io.sonia.journal.AuditField;
import io.sonia.journal.Journal;
import io.sonia.journal.JournalOptions;
import io.sonia.journal.SqliteJournal;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.json.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The gateway's journal and settings as tests need them. */
final class Stores {

    private Stores() {}

    static Journal open(Path database, Clock clock) {
        return SqliteJournal.open(
                database,
                ServiceName.API_GATEWAY,
                GatewayTables.MIGRATIONS,
                clock,
                new Hlc(clock),
                JournalOptions.of(detail -> detail, reason -> {}).diskFloorBytes(0));
    }

    /** The default settings with some values set. */
    static GatewayConfig config(Map<String, Object> values) {
        return Shape.of(GatewayConfig.class).read(values);
    }

    /** The ids of the resources which the operation is on record for, oldest first. */
    static List<String> audited(Journal journal, String operation) {
        AuditChain.Filter filter = new AuditChain.Filter(null, null, null, operation, null, null, null, null, null);
        return journal.chain().entries(filter, AuditChain.MAX_LISTED, null).entries().reversed().stream()
                .map(entry -> String.valueOf(entry.value(AuditField.RESOURCE_ID)))
                .toList();
    }
}
