package io.sonia.journal;

import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.CanonicalJson;
import io.sonia.kernel.json.Timestamps;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The writing end of the audit chain. The writer alone uses it, except for the two heads, which readers compare with
 * what they find: everything up to the durable head must be there, nothing beyond the written head may be.
 */
final class AuditLog implements KnownHeads {

    /** A detail above this is replaced by its size and digest. */
    static final int MAX_DETAIL_BYTES = 8 * 1024;

    private static final int COLUMNS = AuditField.values().length;
    private static final String INSERT = "INSERT INTO audit_entries ("
            + Stream.of(AuditField.values()).map(AuditField::wireName).collect(Collectors.joining(", "))
            + ", detail) VALUES (" + "?, ".repeat(COLUMNS) + "?)";

    private final ServiceName chain;
    private final Clock clock;
    private final Hlc hlc;
    private final UnaryOperator<Map<String, @Nullable Object>> redactor;
    private final EntryHash hash = new EntryHash();

    private AuditChain.Head last;
    private volatile AuditChain.Head written;
    private volatile AuditChain.Head durable;

    AuditLog(
            ServiceName chain,
            Clock clock,
            Hlc hlc,
            UnaryOperator<Map<String, @Nullable Object>> redactor,
            AuditChain.Head head) {
        this.chain = chain;
        this.clock = clock;
        this.hlc = hlc;
        this.redactor = redactor;
        this.last = head;
        this.written = head;
        this.durable = head;
    }

    /** Appends an entry in the writer's transaction; {@link #rewind} takes it back in memory. */
    AuditEntry append(Sql sql, AuditEvent event) {
        try {
            byte[] detail = detail(event.detail());
            Map<AuditField, @Nullable Object> values = values(event);
            values.put(AuditField.DETAIL_HASH, hash.ofDetail(detail));
            values.put(AuditField.PREV_HASH, last.hash());
            String entryHash = hash.of(last.hash(), field -> EntryHash.text(values.get(field)));
            values.put(AuditField.HASH, entryHash);
            String text = new String(detail, StandardCharsets.UTF_8);
            @Nullable Object[] row = values.values().toArray(new @Nullable Object[COLUMNS + 1]);
            row[COLUMNS] = text;
            sql.update(INSERT, row);
            last = new AuditChain.Head(last.size() + 1, entryHash);
            return new AuditEntry(values, text);
        } catch (SQLException | RuntimeException e) {
            throw SoniaException.caused(ErrorCode.AUDIT_UNAVAILABLE, e);
        }
    }

    AuditChain.Head last() {
        return last;
    }

    /** Forgets what a work appended before it was rolled back. */
    void rewind(AuditChain.Head to) {
        last = to;
    }

    void committing() {
        written = last;
    }

    void committed() {
        durable = last;
    }

    /** Takes over where another process left the chain. */
    void adopt(AuditChain.Head head) {
        last = head;
        written = head;
        durable = head;
    }

    AuditChain.Head durable() {
        return durable;
    }

    /** For a store in which this process alone writes. */
    @Override
    public AuditChain.Head durable(Sql sql) {
        return durable;
    }

    @Override
    public AuditChain.Head written(Sql sql) {
        return written;
    }

    private Map<AuditField, @Nullable Object> values(AuditEvent event) {
        Map<AuditField, @Nullable Object> values = new EnumMap<>(AuditField.class);
        for (AuditField field : AuditField.values()) {
            values.put(field, null);
        }
        values.put(AuditField.CHAIN, chain.wireName());
        values.put(AuditField.SEQ, last.size() + 1);
        values.put(AuditField.TIMESTAMP, Timestamps.format(clock.now()));
        values.put(AuditField.HLC, hlc.tick());
        values.put(AuditField.OPERATION, event.operation());
        values.put(AuditField.OUTCOME, event.outcome().name());
        values.put(AuditField.HTTP_STATUS, (long) event.httpStatus());
        Double duration = event.durationMs();
        values.put(AuditField.DURATION_MS, duration == null ? null : Math.rint(duration * 1000) / 1000);
        putOrigin(event.origin(), values);
        putSubject(event.subject(), values);
        AuditEvent.Replay replay = event.replay();
        values.put(AuditField.REPLAY_OF, replay == null ? null : replay.of());
        values.put(AuditField.REPLAY_GENERATION, replay == null ? null : (long) replay.generation());
        return values;
    }

    private static void putOrigin(AuditEvent.Origin origin, Map<AuditField, @Nullable Object> values) {
        values.put(AuditField.ACTOR_ID, origin.actorId());
        values.put(AuditField.ACTOR_ROLE, origin.actorRole());
        values.put(AuditField.ACTOR_KIND, origin.actorKind());
        values.put(AuditField.VIA, origin.via());
        values.put(AuditField.ON_BEHALF_OF, origin.onBehalfOf());
        values.put(AuditField.CORRELATION_ID, origin.correlationId());
        values.put(AuditField.TRACE_ID, origin.traceId());
        values.put(AuditField.IDEMPOTENCY_KEY_DIGEST, origin.idempotencyKeyDigest());
    }

    private static void putSubject(AuditEvent.Subject subject, Map<AuditField, @Nullable Object> values) {
        values.put(AuditField.RESOURCE_TYPE, subject.resourceType());
        values.put(AuditField.RESOURCE_ID, subject.resourceId());
        values.put(AuditField.FENCE_TOKEN, subject.fenceToken());
        values.put(AuditField.APPROVAL_ID, subject.approvalId());
        values.put(AuditField.DIGEST, subject.digest());
        values.put(AuditField.POLICY_VERSION, subject.policyVersion());
        values.put(AuditField.RULE_ID, subject.ruleId());
    }

    private byte[] detail(Map<String, @Nullable Object> detail) {
        byte[] canonical = CanonicalJson.bytes(redactor.apply(detail));
        if (canonical.length <= MAX_DETAIL_BYTES) {
            return canonical;
        }
        Map<String, @Nullable Object> summary = new TreeMap<>();
        summary.put("truncated", true);
        summary.put("sha256", Sha256.hex(canonical));
        summary.put("bytes", canonical.length);
        return CanonicalJson.bytes(summary);
    }
}
