package io.sonia.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.memory.Item;
import io.sonia.contracts.memory.SearchAnswer;
import io.sonia.contracts.memory.SearchHit;
import io.sonia.contracts.memory.SearchMode;
import io.sonia.contracts.memory.Source;
import io.sonia.contracts.memory.Stats;
import io.sonia.contracts.memory.StoreAnswer;
import io.sonia.contracts.memory.StoreAnswer.IndexState;
import io.sonia.contracts.memory.StoreRequest;
import io.sonia.contracts.memory.StoreRequest.Priority;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.json.Json;
import io.sonia.testkit.FakeClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoriesTest {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    Path folder;

    private final FakeClock clock = new FakeClock(START);
    private MemoryFixture fixture;

    @BeforeEach
    void open() {
        fixture = new MemoryFixture(folder.resolve("sonia.db"), clock);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void whatWasStoredIsFoundAndRecalledInFull() {
        StoreRequest request = new StoreRequest(
                "turn_raw",
                "My locker code is 4711",
                Map.of("lang", "en"),
                "usr_1",
                "ses_1",
                Priority.NORMAL,
                new Source("turn", "turn_1"));
        StoreAnswer stored = fixture.store(request);
        assertThat(stored.status()).isEqualTo("stored");
        assertThat(stored.id()).matches("mem_[0-9a-f]{24}");
        assertThat(stored.deduplicated()).isFalse();
        assertThat(stored.indexed()).isEqualTo(new StoreAnswer.Indexed(IndexState.DONE, null));

        assertThat(fixture.search("what is my locker code?")).singleElement().satisfies(hit -> {
            assertThat(hit.id()).isEqualTo(stored.id());
            assertThat(hit.type()).isEqualTo("turn_raw");
            assertThat(hit.content()).isEqualTo("My locker code is 4711");
            assertThat(hit.metadata()).isEqualTo(Map.of("lang", "en"));
        });
        Item item = fixture.memories.recall(stored.id());
        assertThat(item.content()).isEqualTo("My locker code is 4711");
        assertThat(item.userId()).isEqualTo("usr_1");
        assertThat(item.sessionId()).isEqualTo("ses_1");
        assertThat(item.createdAt())
                .isEqualTo(START)
                .isEqualTo(item.recordedAt())
                .isEqualTo(item.updatedAt());
        assertThat(item.provenance()).isEqualTo(new Source("turn", "turn_1"));
        assertThat(item.redacted()).isFalse();
    }

    @Test
    void anUnknownIdIsNotFound() {
        assertThatThrownBy(() -> fixture.memories.recall("mem_000000000000000000000000"))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
    }

    @Test
    void anArchivedMemoryIsHiddenFromEveryRead() {
        String id = fixture.store("the archived locker", "usr_1");
        fixture.journal.commit(
                tx -> tx.sql().update("UPDATE ledger SET archived_at = ? WHERE id = ?", clock.now(), id));
        assertThat(fixture.search("locker")).isEmpty();
        assertThat(fixture.contents(MemoryFixture.asked("locker", SearchMode.SUBSTRING, null)))
                .isEmpty();
        assertThatThrownBy(() -> fixture.memories.recall(id)).isInstanceOf(SoniaException.class);
        assertThat(fixture.memories.stats().activeMemories()).isZero();
        assertThat(fixture.store("the archived locker", "usr_1")).isNotEqualTo(id);
    }

    @Test
    void theSameContentWithinAMinuteIsOneMemory() {
        String first = fixture.store("buy milk", "usr_1");
        clock.advance(Duration.ofSeconds(60));
        StoreAnswer again = fixture.store(StoreRequest.of("fact", "buy milk", "usr_1"));
        assertThat(again.id()).isEqualTo(first);
        assertThat(again.deduplicated()).isTrue();
        assertThat(again.createdAt()).isEqualTo(START);
        assertThat(fixture.store("buy milk", "usr_2")).isNotEqualTo(first);
        assertThat(fixture.store("buy milk", null)).isNotEqualTo(first);
        assertThat(fixture.store("buy milk ", "usr_1")).isNotEqualTo(first);
        assertThat(fixture.store(StoreRequest.of("note", "buy milk", "usr_1")).id())
                .isNotEqualTo(first);
        clock.advance(Duration.ofMillis(1));
        assertThat(fixture.store("buy milk", "usr_1")).isNotEqualTo(first);
    }

    @Test
    void nobodysMemoriesAreDeduplicatedToo() {
        assertThat(fixture.store("shared", null)).isEqualTo(fixture.store("shared", null));
    }

    @Test
    void oneOfManyEqualStoresAtOnceIsKept() throws Exception {
        int callers = 16;
        CyclicBarrier barrier = new CyclicBarrier(callers);
        List<Callable<StoreAnswer>> calls = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            calls.add(() -> {
                barrier.await();
                return fixture.store(StoreRequest.of("fact", "said by all at once", "usr_1"));
            });
        }
        try (ExecutorService pool = Executors.newFixedThreadPool(callers)) {
            List<StoreAnswer> answers = new ArrayList<>();
            for (Future<StoreAnswer> each : pool.invokeAll(calls)) {
                answers.add(each.get());
            }
            assertThat(answers)
                    .extracting(StoreAnswer::id)
                    .containsOnly(answers.getFirst().id());
            assertThat(answers).filteredOn(answer -> !answer.deduplicated()).hasSize(1);
        }
        assertThat(fixture.search("said")).hasSize(1);
    }

    @Test
    void withoutAnEmbeddingModelSearchIsByWordsAndSaysSo() {
        fixture.store("the locker", null);
        for (SearchMode mode : List.of(SearchMode.HYBRID, SearchMode.VECTOR)) {
            SearchAnswer answer = fixture.answer(MemoryFixture.asked("locker", mode, null));
            assertThat(answer.searchMode()).isEqualTo(SearchMode.KEYWORD);
            assertThat(answer.degraded()).isTrue();
            assertThat(answer.degradedReason()).isEqualTo("no embedding model");
            assertThat(answer.results()).singleElement().satisfies(hit -> {
                assertThat(hit.source()).isEqualTo(SearchMode.KEYWORD);
                assertThat(hit.components()).isEqualTo(new SearchHit.Components(1.0, null));
            });
        }
        SearchAnswer asAsked = fixture.answer(MemoryFixture.asked("locker", SearchMode.KEYWORD, null));
        assertThat(asAsked.degraded()).isFalse();
        assertThat(asAsked.degradedReason()).isNull();
    }

    @Test
    void theAuditHoldsHashAndSizeButNeverTheText() {
        String id = fixture.store("geheim: Straße 4711", "usr_1");
        List<String> details = fixture.journal.read(sql ->
                sql.list("SELECT detail FROM audit_entries WHERE resource_id = ?", row -> row.text("detail"), id));
        assertThat(details)
                .singleElement()
                .satisfies(detail -> assertThat(Json.parseObject(detail))
                        .containsEntry("content_hash", Sha256.hex("geheim: Straße 4711"))
                        .containsEntry("content_bytes", 20L)
                        .containsEntry("user_id", "usr_1")
                        .containsEntry("type", "fact")
                        .containsEntry("deduplicated", false));
        assertThat(details.toString()).doesNotContain("geheim").doesNotContain("4711\"");
    }

    @Test
    void searchingAndRecallingWriteNothing() {
        String id = fixture.store("quiet", null);
        long before = fixture.journal.state().commits();
        fixture.search("quiet");
        fixture.memories.recall(id);
        fixture.memories.stats();
        assertThat(fixture.journal.state().commits()).isEqualTo(before);
    }

    @Test
    void theAnswerIsKeptUnderItsKeyInTheSameCommit() {
        IdempotencyKey key = new IdempotencyKey("usr_1", "POST /store", "k1", "f1", "own");
        StoreAnswer stored =
                fixture.memories.store(StoreRequest.of("fact", "once", "usr_1"), MemoryFixture.event(), key);
        assertThat(fixture.journal.find(key)).hasValueSatisfying(reply -> {
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.data()).isEqualTo(Json.bytes(stored));
            assertThat(reply.location()).isEqualTo("/recall/" + stored.id());
        });
    }

    @Test
    void aStoreThatFailsLeavesNothingInLedgerOrIndex() {
        IdempotencyKey key = new IdempotencyKey("usr_1", "POST /store", "k1", "f1", "own");
        fixture.memories.store(StoreRequest.of("fact", "first", "usr_1"), MemoryFixture.event(), key);
        IdempotencyKey taken = new IdempotencyKey("usr_1", "POST /store", "k1", "f2", "own");
        assertThatThrownBy(() -> fixture.memories.store(
                        StoreRequest.of("fact", "unwritten", "usr_1"), MemoryFixture.event(), taken))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.IDEMPOTENCY_MISMATCH));
        assertThat(fixture.search("unwritten")).isEmpty();
        Stats stats = fixture.memories.stats();
        assertThat(stats.totalMemories()).isEqualTo(1);
        assertThat(stats.index().keywordDocs()).isEqualTo(1);
    }

    @Test
    void statsCountByType() {
        fixture.store(StoreRequest.of("fact", "one", null));
        fixture.store(StoreRequest.of("fact", "two", null));
        fixture.store(StoreRequest.of("note", "three", null));
        Stats stats = fixture.memories.stats();
        assertThat(stats.totalMemories()).isEqualTo(3);
        assertThat(stats.byType()).isEqualTo(Map.of("fact", 2L, "note", 1L));
        assertThat(stats.index()).isEqualTo(new Stats.Index(3, 0, null, null, 0, true));
        assertThat(stats.storeBytes()).isPositive();
    }
}
