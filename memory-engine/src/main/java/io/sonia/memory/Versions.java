package io.sonia.memory;

import io.sonia.contracts.memory.Conflict;
import io.sonia.contracts.memory.Item;
import io.sonia.journal.Tx;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Violations;
import io.sonia.memory.Draft.Validity;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Versions of a memory: a new one takes the place of the newest one, which becomes history. */
final class Versions {

    /** Versions of one memory. */
    static final int MAX = 10_000;

    /**
     * What a version says anew.
     *
     * @param content an object of the subtype's form or text; null: as it was
     * @param metadata null: as it was
     */
    record Change(@Nullable Object content, @Nullable Map<String, @Nullable Object> metadata, Validity validity) {}

    /** A version that is on record, and what it contradicts. */
    record Made(Item item, List<Conflict> conflicts) {}

    private final Ledger ledger;
    private final Conflicts conflicts;
    private final Ids ids;

    Versions(Ledger ledger, Conflicts conflicts, Ids ids) {
        this.ledger = ledger;
        this.conflicts = conflicts;
        this.ids = ids;
    }

    /**
     * Adds a version after {@code seen}.
     *
     * @throws SoniaException CONCURRENT_SUPERSEDE if that is not the newest one, INVALID_STATE if it was redacted
     */
    Made next(Tx tx, Item seen, Change change, Instant now) throws SQLException {
        if (seen.redacted()) {
            throw SoniaException.of(ErrorCode.INVALID_STATE).with("state", "redacted");
        }
        if (seen.version() >= MAX) {
            throw SoniaException.of(ErrorCode.CONFLICT, "This memory has too many versions")
                    .with("limit", MAX);
        }
        String id = ids.next("mem_");
        ledger.supersede(tx.sql(), seen.id(), id, now);
        Object given = change.content() == null ? seen.content() : change.content();
        TypedContent content = seen.subtype() == null ? null : TypedContent.read(seen.subtype(), given, "new_content");
        Map<String, @Nullable Object> metadata = change.metadata() == null ? seen.metadata() : change.metadata();
        Draft draft = new Draft(
                seen.type(),
                seen.subtype(),
                seen.userId(),
                seen.sessionId(),
                seen.provenance(),
                Json.text(metadata),
                content == null ? Draft.Text.of(text(given)) : Draft.Text.of(content),
                content == null ? null : content.topic(),
                change.validity());
        String head = seen.versionChainHead() == null ? seen.id() : seen.versionChainHead();
        ledger.add(tx.sql(), new Ledger.Entry(id, now), draft, new Ledger.Place(head, seen.version() + 1), now);
        Item made = ledger.require(tx.sql(), id);
        return new Made(made, content == null ? List.of() : conflicts.found(tx.sql(), made, content, now));
    }

    private static String text(Object given) {
        if (given instanceof String text && !text.isEmpty() && text.length() <= Memories.MAX_CONTENT) {
            return text;
        }
        throw Violations.single(
                "new_content", "type", "expected a text of 1 to " + Memories.MAX_CONTENT + " characters");
    }
}
