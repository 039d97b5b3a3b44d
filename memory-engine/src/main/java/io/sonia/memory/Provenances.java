package io.sonia.memory;

import io.sonia.contracts.memory.Item;
import io.sonia.contracts.memory.Provenance;
import io.sonia.contracts.memory.ProvenanceAnswer;
import io.sonia.contracts.memory.ProvenanceChain;
import io.sonia.contracts.memory.ProvenanceDepth;
import io.sonia.contracts.memory.ProvenanceTrack;
import io.sonia.contracts.memory.ProvenanceTracked;
import io.sonia.contracts.memory.Source;
import io.sonia.journal.Answers;
import io.sonia.journal.Row;
import io.sonia.journal.Sql;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.json.Json;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where memories came from: what was told when they were stored, and what was tracked later. */
final class Provenances {

    /** The kind of source that is another memory. */
    private static final String MEMORY = "memory";

    /** Sources of one memory. */
    private static final int MAX = 1_000;

    private final Foundation base;
    private final Ledger ledger;

    Provenances(Foundation base, Ledger ledger) {
        this.base = base;
        this.ledger = ledger;
    }

    Reply track(Call<ProvenanceTrack> call) {
        ProvenanceTrack input = call.input();
        String id = Ids.checked(input.memoryId());
        return base.journal().commit(tx -> {
            ledger.require(tx.sql(), id);
            Source source = new Source(input.sourceType(), input.sourceId());
            if (!add(tx.sql(), id, source, input.metadata(), base.clock().now())) {
                throw SoniaException.of(ErrorCode.CONFLICT, "This memory has too many sources")
                        .with("limit", MAX);
            }
            tx.audit(call.audit().about("memory", id).detail(Map.of("source_type", input.sourceType())));
            return Answers.keep(tx, call, Reply.ok(new ProvenanceTracked("tracked", id, input.sourceType())));
        });
    }

    /** Adds a source; false if the memory has too many. */
    static boolean add(Sql sql, String id, Source source, Map<String, @Nullable Object> metadata, Instant at)
            throws SQLException {
        long count = sql.number("SELECT count(*) FROM provenance WHERE memory_id = ?", id);
        if (count >= MAX) {
            return false;
        }
        sql.update(
                "INSERT INTO provenance (memory_id, ordinal, source_type, source_id, metadata, tracked_at)"
                        + " VALUES (?, ?, ?, ?, ?, ?)",
                id,
                count + 1,
                source.sourceType(),
                source.sourceId(),
                Json.text(metadata),
                at);
        return true;
    }

    Reply get(Call<Empty> call) {
        String id = Ids.checked(call.path("memory_id"));
        return Reply.ok(new ProvenanceAnswer(base.journal().read(sql -> newest(sql, ledger.require(sql, id)))));
    }

    Reply chain(Call<ProvenanceDepth> call) {
        String id = Ids.checked(call.path("memory_id"));
        return Reply.ok(base.journal().read(sql -> chain(sql, id, call.input().maxDepth())));
    }

    private ProvenanceChain chain(Sql sql, String id, int maxDepth) throws SQLException {
        List<Provenance> chain = new ArrayList<>();
        Set<String> passed = new HashSet<>();
        Optional<Item> at = Optional.of(ledger.require(sql, id));
        boolean cyclic = false;
        while (at.isPresent() && chain.size() < maxDepth && !cyclic) {
            passed.add(at.get().id());
            Provenance source = newest(sql, at.get());
            chain.add(source);
            String before = source.sourceId();
            at = before == null || !source.sourceType().equals(MEMORY) ? Optional.empty() : ledger.find(sql, before);
            cyclic = at.isPresent() && passed.contains(at.get().id());
        }
        return new ProvenanceChain(id, chain, chain.size(), cyclic, at.isPresent() && !cyclic);
    }

    /** The source tracked last, or the one that was told when the memory was stored. */
    private static Provenance newest(Sql sql, Item item) throws SQLException {
        return sql.one(
                        "SELECT * FROM provenance WHERE memory_id = ? ORDER BY ordinal DESC LIMIT 1",
                        Provenances::read,
                        item.id())
                .orElseGet(() -> new Provenance(
                        item.id(),
                        item.provenance().sourceType(),
                        item.provenance().sourceId(),
                        Map.of(),
                        item.recordedAt()));
    }

    private static Provenance read(Row row) throws SQLException {
        return new Provenance(
                row.text("memory_id"),
                row.text("source_type"),
                row.textOrNull("source_id"),
                row.json("metadata"),
                row.instant("tracked_at"));
    }
}
