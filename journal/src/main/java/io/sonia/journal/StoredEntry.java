package io.sonia.journal;

import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An audit entry as it is in the table, unverified, with what its neighbours say about it.
 *
 * @param hashBefore {@code hash} of the entry before, if that was read and is there
 * @param prevHashAfter {@code prev_hash} of the entry after, if that was read and is there
 */
record StoredEntry(
        EntryTexts texts,
        @Nullable String hashBefore,
        @Nullable String prevHashAfter) {

    private static final String RANGE = " FROM audit_entries e WHERE e.seq BETWEEN ? AND ? ORDER BY e.seq";
    private static final String WITH_NEIGHBOURS = ", p.hash AS hash_before, n.prev_hash AS prev_hash_after"
            + " FROM audit_entries e"
            + " LEFT JOIN audit_entries p ON p.seq = e.seq - 1 LEFT JOIN audit_entries n ON n.seq = e.seq + 1";

    private static final String TRACED = "WITH RECURSIVE bucket (n) AS"
            + " (SELECT coalesce(min(seq) / " + CoreSchema.BUCKET
            + ", 0) FROM audit_entries UNION ALL SELECT n + 1 FROM bucket"
            + " WHERE n < (SELECT max(seq) / " + CoreSchema.BUCKET + " FROM audit_entries))"
            + " SELECT c.seq FROM bucket CROSS JOIN audit_entries c"
            + " WHERE c.seq / " + CoreSchema.BUCKET + " = bucket.n AND c.correlation_id = ?";

    /** Conditions on entries and their arguments. */
    record Selection(String where, List<@Nullable Object> args) {

        Selection() {
            this("", List.of());
        }

        /** The same and one condition more, unless its argument is null. */
        Selection and(String condition, @Nullable Object arg) {
            if (arg == null) {
                return this;
            }
            List<@Nullable Object> more = new ArrayList<>(args);
            more.add(arg);
            return new Selection(where + (where.isEmpty() ? " WHERE " : " AND ") + condition, more);
        }

        /** The same and only entries of one correlation id, found through the index in buckets. */
        Selection traced(@Nullable String correlationId) {
            return and("e.seq IN (" + TRACED + ")", correlationId);
        }

        long count(Sql sql) throws SQLException {
            return sql.number("SELECT count(*) FROM audit_entries e" + where, args.toArray());
        }

        List<StoredEntry> newestFirst(Sql sql, int limit) throws SQLException {
            return list(sql, " ORDER BY e.seq DESC LIMIT ?", limit);
        }

        List<StoredEntry> oldestFirst(Sql sql, int limit) throws SQLException {
            return list(sql, " ORDER BY e.seq LIMIT ?", limit);
        }

        private List<StoredEntry> list(Sql sql, String end, int limit) throws SQLException {
            @Nullable Object[] all = Arrays.copyOf(args.toArray(), args.size() + 1);
            all[args.size()] = limit;
            return sql.list(
                    "SELECT " + EntryTexts.columns(sql.dialect()) + WITH_NEIGHBOURS + where + end,
                    row -> new StoredEntry(
                            EntryTexts.read(row), row.textOrNull("hash_before"), row.textOrNull("prev_hash_after")),
                    all);
        }
    }

    /** Entries by sequence number, both ends included, without their neighbours' word. */
    static List<StoredEntry> range(Sql sql, long from, long to) throws SQLException {
        List<StoredEntry> entries = new ArrayList<>();
        forEach(sql, from, to, entries::add);
        return entries;
    }

    /** The same, one by one. */
    static void forEach(Sql sql, long from, long to, Consumer<StoredEntry> taker) throws SQLException {
        sql.forEach(
                "SELECT " + EntryTexts.columns(sql.dialect()) + RANGE,
                row -> taker.accept(new StoredEntry(EntryTexts.read(row), null, null)),
                from,
                to);
    }

    /** The highest sequence number there is, or 0. */
    static long newest(Sql sql) throws SQLException {
        return sql.number("SELECT coalesce(max(seq), 0) FROM audit_entries");
    }

    /** The entry with the highest sequence number, as it claims to be. */
    static AuditChain.Head head(Sql sql) throws SQLException {
        return sql.one("SELECT seq, hash FROM audit_entries ORDER BY seq DESC LIMIT 1", StoredEntry::head)
                .orElse(AuditChain.Head.EMPTY);
    }

    /** The chain as it ends with the entry of this row. */
    static AuditChain.Head head(Row row) throws SQLException {
        return new AuditChain.Head(row.number("seq"), row.text("hash"));
    }

    long seq() {
        return texts.number(AuditField.SEQ);
    }

    String hash() {
        return texts.text(AuditField.HASH);
    }

    String prevHash() {
        return texts.text(AuditField.PREV_HASH);
    }

    /** What is wrong with the entry itself, or null. */
    @Nullable
    ChainBreak check(EntryHash hash) {
        if (!texts.detailHashed(hash)) {
            return new ChainBreak(seq(), ChainBreak.DETAIL);
        }
        if (!texts.hashed(hash)) {
            return new ChainBreak(seq(), ChainBreak.HASH);
        }
        return null;
    }

    /**
     * What is wrong with the entry or its place in the chain, or null.
     *
     * @param base what the chain's first entry continues
     * @param durable a head that was durable before the entry was read
     * @param written a head beyond which nothing was written when it was read
     */
    @Nullable
    ChainBreak check(EntryHash hash, AuditChain.Head base, AuditChain.Head durable, AuditChain.Head written) {
        long seq = seq();
        ChainBreak own = check(hash);
        if (own != null) {
            return own;
        }
        if (seq > written.size()) {
            return new ChainBreak(seq, ChainBreak.BEYOND_HEAD);
        }
        String before = seq == base.size() + 1 ? base.hash() : hashBefore;
        if (!prevHash().equals(before)) {
            return before == null ? new ChainBreak(seq - 1, ChainBreak.GAP) : new ChainBreak(seq, ChainBreak.PREV_HASH);
        }
        if (seq == durable.size() && !hash().equals(durable.hash())) {
            return new ChainBreak(seq, ChainBreak.HEAD);
        }
        if (seq < durable.size() && !hash().equals(prevHashAfter)) {
            return new ChainBreak(seq + 1, prevHashAfter == null ? ChainBreak.GAP : ChainBreak.PREV_HASH);
        }
        return null;
    }

    /** The entry in its Java types; only for a verified one. */
    AuditEntry decoded() {
        Map<AuditField, @Nullable Object> values = new EnumMap<>(AuditField.class);
        for (AuditField field : AuditField.values()) {
            values.put(field, texts.has(field) ? decoded(field, texts.text(field)) : null);
        }
        return new AuditEntry(values, texts.detail());
    }

    /** The entry as {@link AuditEntry#toMap} would show it, were it sound; what is not in its form is a text. */
    Map<String, @Nullable Object> asFound() {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (AuditField field : AuditField.values()) {
            map.put(field.wireName(), texts.has(field) ? asFound(field, texts.text(field)) : null);
        }
        map.put("detail", detailAsFound());
        return map;
    }

    private Object detailAsFound() {
        try {
            return Json.parseObject(texts.detail());
        } catch (SoniaException e) {
            return texts.detail();
        }
    }

    private static Object asFound(AuditField field, String value) {
        try {
            return decoded(field, value) instanceof Double number && !Double.isFinite(number)
                    ? value
                    : decoded(field, value);
        } catch (NumberFormatException e) {
            return value;
        }
    }

    private static Object decoded(AuditField field, String value) {
        return switch (field.form()) {
            case TEXT -> value;
            case INTEGER -> Long.valueOf(value);
            case NUMBER -> Double.valueOf(value);
        };
    }
}
