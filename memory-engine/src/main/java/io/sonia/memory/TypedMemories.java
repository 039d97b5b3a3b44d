package io.sonia.memory;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.memory.Conflict;
import io.sonia.contracts.memory.Item;
import io.sonia.contracts.memory.NewVersion;
import io.sonia.contracts.memory.PageQuery;
import io.sonia.contracts.memory.SearchMode;
import io.sonia.contracts.memory.SearchRequest;
import io.sonia.contracts.memory.Subtype;
import io.sonia.contracts.memory.TypedAnswer;
import io.sonia.contracts.memory.TypedQuery;
import io.sonia.contracts.memory.TypedStore;
import io.sonia.contracts.memory.TypedStored;
import io.sonia.contracts.memory.VersionCreated;
import io.sonia.contracts.memory.VersionList;
import io.sonia.journal.Answers;
import io.sonia.journal.Sql;
import io.sonia.kernel.Ids;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Violations;
import io.sonia.memory.Draft.Validity;
import io.sonia.memory.Searches.Found;
import io.sonia.memory.Searches.Search;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Memories with content of a known form: facts, preferences and the like, with validity in time and versions. */
final class TypedMemories {

    /** The newest typed memories of a user, for a question without words. */
    private static final String NEWEST = """
            SELECT * FROM ledger
            WHERE archived_at IS NULL AND subtype IS NOT NULL
              AND (?1 IS NULL OR user_id = ?1)
              AND (?2 IS NULL OR subtype IN (SELECT value FROM json_each(?2)))
              AND (?3 OR redacted_at IS NULL)
              AND (?4 IS NULL OR recorded_at <= ?4)
              AND (superseded_at IS NULL OR superseded_at > ?4)
              AND (valid_from IS NULL OR valid_from <= ?5)
              AND (valid_until IS NULL OR valid_until > ?5)
            ORDER BY seq DESC LIMIT ?6
            """;

    private final Foundation base;
    private final Ledger ledger;
    private final Versions versions;
    private final Conflicts conflicts;
    private final Searches searches = new Searches();

    TypedMemories(Foundation base, Ledger ledger, Versions versions, Conflicts conflicts) {
        this.base = base;
        this.ledger = ledger;
        this.versions = versions;
        this.conflicts = conflicts;
    }

    Reply store(Call<TypedStore> call) {
        TypedStore input = call.input();
        TypedContent content = TypedContent.read(input.subtype(), input.content(), "content");
        Instant now = base.clock().now();
        Draft draft = Draft.of(input, content, validity(input.validFrom(), until(content, input.validUntil(), now)));
        String id = base.ids().next("mem_");
        return base.journal().commit(tx -> {
            ledger.add(tx.sql(), new Ledger.Entry(id, now), draft, new Ledger.Place(id, 1), now);
            Item stored = ledger.require(tx.sql(), id);
            List<Conflict> met = conflicts.found(tx.sql(), stored, content, now);
            tx.audit(call.audit().about("memory", id).detail(Memories.detail(stored)));
            Conflicts.tell(tx, met, call.context().origin());
            TypedStored answer = new TypedStored("stored", id, input.type(), input.subtype(), id, met);
            return Answers.keep(tx, call, Reply.ok(answer).location(Memories.location(id)));
        });
    }

    /** What has a time to live ends by itself. */
    private static @Nullable Instant until(TypedContent content, @Nullable Instant asked, Instant now) {
        Integer seconds = content.ttlSeconds();
        Instant end = seconds == null ? null : now.plusSeconds(seconds);
        return end == null || (asked != null && asked.isBefore(end)) ? asked : end;
    }

    /**
     * From when until when something holds.
     *
     * @throws io.sonia.kernel.SoniaException INVALID_ARGUMENT if it ends before it begins
     */
    static Validity validity(@Nullable Instant from, @Nullable Instant until) {
        if (from != null && until != null && !until.isAfter(from)) {
            throw Violations.single("valid_until", "order", "expected a time after valid_from");
        }
        return new Validity(from, until);
    }

    Reply query(Call<TypedQuery> call) {
        TypedQuery query = call.input();
        List<Item> found = base.journal().read(sql -> found(sql, query));
        List<Item> fitting = new ArrayList<>();
        int used = 0;
        for (Item item : found) {
            if (used + item.content().length() <= query.maxChars()) {
                used += item.content().length();
                fitting.add(item);
            }
        }
        return Reply.ok(new TypedAnswer(
                query.query(), fitting, fitting.size(), used, query.maxChars(), fitting.size() < found.size()));
    }

    private List<Item> found(Sql sql, TypedQuery query) throws SQLException {
        Instant now = base.clock().now();
        List<Subtype> subtypes = query.typeFilters().isEmpty() ? List.of(Subtype.values()) : query.typeFilters();
        if (query.query().isBlank()) {
            return sql.list(
                    NEWEST,
                    Ledger::item,
                    query.userId(),
                    Json.text(subtypes),
                    query.includeRedacted(),
                    query.asOf(),
                    query.asOf() == null ? now : query.asOf(),
                    query.limit());
        }
        SearchRequest request = new SearchRequest(
                query.query(),
                query.limit(),
                null,
                SearchMode.KEYWORD,
                query.userId(),
                null,
                List.of(),
                0,
                query.asOf(),
                false);
        List<Item> items = new ArrayList<>();
        for (Found each : searches.byWords(sql, Search.of(request, subtypes, now))) {
            items.add(ledger.require(sql, each.hit().id()));
        }
        return items;
    }

    Reply version(Call<NewVersion> call) {
        NewVersion input = call.input();
        Versions.Change change = new Versions.Change(
                input.newContent(), input.metadata(), validity(input.validFrom(), input.validUntil()));
        Instant now = base.clock().now();
        return base.journal().commit(tx -> {
            Item seen = ledger.require(tx.sql(), Ids.checked(input.originalId()));
            Versions.Made made = versions.next(tx, seen, change, now);
            tx.audit(call.audit().about("memory", made.item().id()).detail(Memories.detail(made.item())));
            Conflicts.tell(tx, made.conflicts(), call.context().origin());
            VersionCreated answer = new VersionCreated(
                    "version_created",
                    made.item().id(),
                    seen.id(),
                    String.valueOf(made.item().versionChainHead()),
                    made.conflicts());
            return Answers.keep(
                    tx,
                    call,
                    Reply.ok(answer).location(Memories.location(made.item().id())));
        });
    }

    Reply versions(Call<PageQuery> call) {
        String id = Ids.checked(call.path("memory_id"));
        String name = "versions of " + id;
        PageQuery page = call.input();
        Cursors.Position after = base.cursors().read(page.cursor(), name);
        List<Item> all = base.journal().read(sql -> ledger.versions(sql, ledger.require(sql, id)));
        int from = after == null ? 0 : 1 + indexOf(all, after.id());
        List<Item> rows = all.subList(from, Math.min(all.size(), from + page.limit()));
        boolean more = from + rows.size() < all.size();
        String next = more
                ? base.cursors()
                        .after(
                                new Cursors.Position(
                                        rows.getLast().createdAt(),
                                        rows.getLast().id()),
                                name)
                : null;
        return Reply.ok(new VersionList(id, rows, rows.size(), all.size(), next));
    }

    private static int indexOf(List<Item> items, String id) {
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i).id().equals(id)) {
                return i;
            }
        }
        return -1;
    }
}
