package io.sonia.journal;

import static io.sonia.journal.Samples.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.json.CanonicalJson;
import io.sonia.kernel.json.Json;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What audit entries look like and how they are found, whatever the journal stores into. */
abstract class AuditChainContract {

    static final JournalOptions OPTIONS =
            JournalOptions.of(UnaryOperator.identity(), reason -> {}).diskFloorBytes(0);

    final TestClock clock = new TestClock();
    Journal journal;

    abstract Journal open(JournalOptions options);

    @BeforeEach
    void openJournal() {
        journal = open(OPTIONS);
    }

    @AfterEach
    void closeJournal() {
        journal.close();
    }

    @Test
    void entryHasTheFieldsOfTheContractInOrder() {
        AuditEntry entry = journal.commit(tx -> tx.audit(event("task.create")));

        assertThat(entry.toMap().keySet())
                .containsExactly(
                        "chain",
                        "seq",
                        "timestamp",
                        "hlc",
                        "operation",
                        "outcome",
                        "http_status",
                        "actor_id",
                        "actor_role",
                        "actor_kind",
                        "via",
                        "on_behalf_of",
                        "resource_type",
                        "resource_id",
                        "correlation_id",
                        "trace_id",
                        "idempotency_key_digest",
                        "fence_token",
                        "approval_id",
                        "digest",
                        "policy_version",
                        "rule_id",
                        "replay_of",
                        "replay_generation",
                        "duration_ms",
                        "detail_hash",
                        "prev_hash",
                        "hash",
                        "detail");
        assertThat(entry.toMap())
                .containsEntry("chain", "eva-os")
                .containsEntry("seq", 1L)
                .containsEntry("timestamp", "2026-01-31T09:00:00.000Z")
                .containsEntry("outcome", "OK")
                .containsEntry("http_status", 200L)
                .containsEntry("via", "api-gateway")
                .containsEntry("on_behalf_of", null)
                .containsEntry("duration_ms", 1.25)
                .containsEntry("detail", Map.of("status", "queued"));
    }

    @Test
    void entryIsReadAsItWasWritten() {
        AuditEvent odd = new AuditEvent(
                "note\u0000\uD800",
                ErrorCode.POLICY_DENIED,
                403,
                new AuditEvent.Origin(
                        "ü😀\u0001\u001f\b\t\n\f\r\"\\/\u007f\uF8FF", "", "person", null, "", "req_1", null, "d"),
                new AuditEvent.Subject("t", "r", Long.MAX_VALUE, "a", "d", "p", "r"),
                1e21,
                Map.of("text", "a\"\\\u0001\u2028", "list", List.of(1L, 2.5, true), "none", Map.of()));

        AuditEntry written = journal.commit(tx -> tx.audit(odd));
        AuditEntry read = journal.chain().trace("req_1", 1).getFirst();

        assertThat(read.detail()).isEqualTo(written.detail());
        assertThat(read.hash()).isEqualTo(written.hash());
        assertThat(read.value(AuditField.ON_BEHALF_OF)).isEqualTo("");
        assertThat(read.value(AuditField.TRACE_ID)).isNull();
        assertThat(read.value(AuditField.FENCE_TOKEN)).isEqualTo(Long.MAX_VALUE);
        assertThat(read.value(AuditField.DURATION_MS)).isEqualTo(1e21);
        assertThat(journal.chain().verify(null, null).valid()).isTrue();
    }

    /** The hash as docs define it, computed here from the JSON alone. */
    @Test
    void hashIsWhatTheContractSays() {
        for (int i = 0; i < 3; i++) {
            journal.append(event("task.create"));
        }
        String previous = "0".repeat(64);
        for (AuditEntry entry : journal.chain().trace("req_1", 10)) {
            Map<String, Object> json = entry.toMap();
            ByteArrayOutputStream input = new ByteArrayOutputStream();
            input.writeBytes("sonia-audit-v1\n".getBytes(StandardCharsets.US_ASCII));
            input.writeBytes(HexFormat.of().parseHex(previous));
            for (String field : json.keySet().stream().limit(26).toList()) {
                Object value = json.get(field);
                byte[] text =
                        value == null ? new byte[0] : String.valueOf(value).getBytes(StandardCharsets.UTF_8);
                int length = value == null ? 0xFFFFFFFF : text.length;
                input.writeBytes(ByteBuffer.allocate(4).putInt(length).array());
                input.writeBytes(text);
            }
            assertThat(json.get("detail_hash")).isEqualTo(CanonicalJson.sha256(json.get("detail")));
            assertThat(json.get("prev_hash")).isEqualTo(previous);
            assertThat(json.get("hash")).isEqualTo(Sha256.hex(input.toByteArray()));
            previous = entry.hash();
        }
        assertThat(journal.chain().head()).isEqualTo(new AuditChain.Head(3, previous));
    }

    @Test
    void chainGoesOnAfterReopening() {
        journal.append(event("a"));
        AuditChain.Head head = journal.chain().head();
        journal.close();
        journal = open(OPTIONS);

        assertThat(journal.chain().head()).isEqualTo(head);
        AuditEntry second = journal.commit(tx -> tx.audit(event("b")));
        assertThat(second.prevHash()).isEqualTo(head.hash());
    }

    @Test
    void tooLargeDetailIsReplacedByItsDigest() {
        Map<String, Object> exact = Map.of("t", "x".repeat(AuditLog.MAX_DETAIL_BYTES - "{\"t\":\"\"}".length()));
        Map<String, Object> large = Map.of("t", "x".repeat(AuditLog.MAX_DETAIL_BYTES));

        AuditEntry kept = journal.commit(tx -> tx.audit(event("a").detail(exact)));
        AuditEntry cut = journal.commit(tx -> tx.audit(event("b").detail(large)));

        assertThat(kept.detail()).hasSize(AuditLog.MAX_DETAIL_BYTES);
        assertThat(Json.parseObject(cut.detail()))
                .isEqualTo(Map.of("truncated", true, "sha256", CanonicalJson.sha256(large), "bytes", 8200L));
    }

    @Test
    void pagesCoverEverythingNewestFirst() {
        appendMany(25);

        AuditChain.Page first = journal.chain().entries(AuditChain.Filter.ALL, 10, null);
        AuditChain.Page second = journal.chain().entries(AuditChain.Filter.ALL, 10, first.next());
        AuditChain.Page third = journal.chain().entries(AuditChain.Filter.ALL, 10, second.next());

        assertThat(seqs(first))
                .isEqualTo(LongStream.iterate(25, i -> i - 1).limit(10).boxed().toList());
        assertThat(seqs(third)).isEqualTo(List.of(5L, 4L, 3L, 2L, 1L));
        assertThat(first.total()).isEqualTo(25);
        assertThat(third.next()).isNull();
        assertThat(first.head()).isEqualTo(journal.chain().head());
    }

    @Test
    void pageStaysTheSameWhileEntriesArrive() {
        appendMany(5);
        Long next = journal.chain().entries(AuditChain.Filter.ALL, 2, null).next();
        appendMany(5);

        assertThat(seqs(journal.chain().entries(AuditChain.Filter.ALL, 2, next)))
                .isEqualTo(List.of(3L, 2L));
    }

    @Test
    void filtersSelectAndCount() {
        Instant start = clock.now();
        for (int i = 1; i <= 10; i++) {
            clock.advance(Duration.ofSeconds(1));
            AuditEvent event =
                    event(i % 2 == 0 ? "even" : "odd", "req_" + i % 3).about("task", "tsk_" + i);
            journal.append(i == 7 ? event.outcome(ErrorCode.FORBIDDEN) : event);
        }

        assertThat(found(3L, 5L, null, null, null, null, null)).isEqualTo(List.of(5L, 4L, 3L));
        assertThat(found(null, null, "odd", null, null, null, null)).isEqualTo(List.of(9L, 7L, 5L, 3L, 1L));
        assertThat(found(null, null, null, "FORBIDDEN", null, null, null)).isEqualTo(List.of(7L));
        assertThat(found(null, null, null, null, "req_0", null, null)).isEqualTo(List.of(9L, 6L, 3L));
        assertThat(found(null, 8L, "odd", null, "req_0", null, null)).isEqualTo(List.of(3L));
        assertThat(found(null, null, null, null, null, start.plusSeconds(4), start.plusSeconds(6)))
                .isEqualTo(List.of(6L, 5L, 4L));
        assertThat(found(null, null, "none", null, null, null, null)).isEmpty();
        AuditChain.Filter byResource = new AuditChain.Filter(null, null, null, null, null, null, "tsk_4", null, null);
        assertThat(seqs(journal.chain().entries(byResource, 10, null))).isEqualTo(List.of(4L));
        AuditChain.Filter byActor = new AuditChain.Filter(null, null, "nobody", null, null, null, null, null, null);
        assertThat(journal.chain().entries(byActor, 10, null).total()).isZero();
    }

    @Test
    void traceFindsEntriesOfAllBuckets() {
        int many = 2 * CoreSchema.BUCKET + 10;
        journal.commit(tx -> {
            for (int i = 1; i <= many; i++) {
                tx.audit(event("a", i % CoreSchema.BUCKET == 5 ? "req_wanted" : "req_" + i));
            }
            return 0;
        });

        List<AuditEntry> trace = journal.chain().trace("req_wanted", 10);

        assertThat(trace.stream().map(AuditEntry::seq))
                .containsExactly(5L, CoreSchema.BUCKET + 5L, 2L * CoreSchema.BUCKET + 5L);
        assertThat(journal.chain().trace("req_wanted", 2)).hasSize(2);
        assertThat(journal.chain().trace("req_none", 2)).isEmpty();
    }

    @Test
    void verificationCoversWhatIsAskedFor() {
        appendMany(2100);

        AuditChain.Verification all = journal.chain().verify(null, null);
        AuditChain.Verification part = journal.chain().verify(10L, 19L);

        assertThat(all.valid()).isTrue();
        assertThat(all.checkedEntries()).isEqualTo(2100);
        assertThat(all.lastHash()).isEqualTo(journal.chain().head().hash());
        assertThat(part.checkedEntries()).isEqualTo(10);
        assertThat(part.firstHash()).isEqualTo(entry(10).hash());
        assertThat(part.lastHash()).isEqualTo(entry(19).hash());
        assertThat(journal.chain().verify(3000L, null).checkedEntries()).isZero();
        assertThat(journal.chain().verify(2050L, 9999L).checkedEntries()).isEqualTo(51);
    }

    @Test
    void emptyChainIsValid() {
        assertThat(journal.chain().verify(null, null).valid()).isTrue();
        assertThat(journal.chain().entries(AuditChain.Filter.ALL, 10, null).entries())
                .isEmpty();
    }

    @Test
    void limitsAreBounded() {
        assertThatThrownBy(() -> journal.chain().trace("req_1", 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> journal.chain().entries(AuditChain.Filter.ALL, 5001, null))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** As if EVA-OS had signed the first entries. */
    void anchorAt(long size) {
        journal.tree()
                .anchor(new AuditTree.Anchor(
                        size, entry(size).hash(), journal.tree().root(size), "note", clock.now()));
    }

    void appendMany(int count) {
        journal.commit(tx -> {
            IntStream.range(0, count).forEach(i -> tx.audit(event("task.create")));
            return 0;
        });
    }

    private AuditEntry entry(long seq) {
        AuditChain.Filter only = new AuditChain.Filter(seq, seq, null, null, null, null, null, null, null);
        return journal.chain().entries(only, 1, null).entries().getFirst();
    }

    private List<Long> found(
            Long from, Long to, String operation, String outcome, String correlation, Instant since, Instant until) {
        AuditChain.Filter filter =
                new AuditChain.Filter(from, to, null, operation, outcome, correlation, null, since, until);
        AuditChain.Page page = journal.chain().entries(filter, 100, null);
        assertThat(page.total()).isEqualTo(page.entries().size());
        return seqs(page);
    }

    private static List<Long> seqs(AuditChain.Page page) {
        return page.entries().stream().map(AuditEntry::seq).toList();
    }
}
