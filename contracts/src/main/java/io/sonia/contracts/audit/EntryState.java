package io.sonia.contracts.audit;

import io.sonia.journal.AuditEntry;
import io.sonia.kernel.json.WireNamed;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How well an entry is attested. */
enum EntryState {
    /** It is durable and chained. */
    SEQUENCED,
    /** A complete tile of the Merkle tree is over it. */
    INTEGRATED,
    /** EVA-OS has signed a head that covers it, and has put that outside of the databases. */
    PUBLISHED;

    /** Where the states begin: entries up to these numbers. */
    record Marks(long integrated, long published) {

        EntryState of(AuditEntry entry) {
            if (entry.seq() <= published) {
                return PUBLISHED;
            }
            return entry.seq() <= integrated ? INTEGRATED : SEQUENCED;
        }

        /** Entries as an answer shows them. */
        List<Map<String, @Nullable Object>> shown(List<AuditEntry> entries) {
            return entries.stream().map(this::shown).toList();
        }

        Map<String, @Nullable Object> shown(AuditEntry entry) {
            Map<String, @Nullable Object> map = entry.toMap();
            map.put("state", WireNamed.of(of(entry)));
            return map;
        }
    }
}
