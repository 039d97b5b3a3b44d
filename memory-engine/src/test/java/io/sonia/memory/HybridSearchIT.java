package io.sonia.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sonia.contracts.memory.MemoryUpdate;
import io.sonia.contracts.memory.Redact;
import io.sonia.contracts.memory.SearchAnswer;
import io.sonia.contracts.memory.SearchHit;
import io.sonia.contracts.memory.SearchMode;
import io.sonia.contracts.memory.SearchRequest;
import io.sonia.contracts.memory.StoreAnswer;
import io.sonia.contracts.memory.StoreAnswer.IndexState;
import io.sonia.contracts.memory.StoreRequest;
import io.sonia.journal.Journal;
import io.sonia.journal.JournalOptions;
import io.sonia.journal.SqliteJournal;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Operation;
import io.sonia.memory.Embedding.Progress;
import io.sonia.testkit.FakeClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HybridSearchIT {

    private static final String ME = "usr_1";

    @TempDir
    Path folder;

    private final FakeClock clock = new FakeClock(Instant.parse("2026-01-01T00:00:00Z"));
    private final FakeRouter router = new FakeRouter();
    private MemoryFixture fixture;

    @BeforeEach
    void open() {
        router.embeddings.same("car", "automobile", "vehicle").same("buy", "purchased");
        fixture = new MemoryFixture(folder.resolve("sonia.db"), clock, router.peer());
        fixture.embedding.step();
    }

    @AfterEach
    void close() {
        fixture.close();
        router.close();
    }

    private void reopen() {
        fixture.close();
        fixture = new MemoryFixture(folder.resolve("sonia.db"), clock, router.peer());
        fixture.embedding.step();
    }

    private String store(String content) {
        return fixture.store(content, ME);
    }

    private void embed() {
        Progress progress = Progress.MADE;
        while (progress == Progress.MADE) {
            progress = fixture.embedding.step();
        }
    }

    private SearchAnswer search(String query, SearchMode mode) {
        return fixture.answer(MemoryFixture.asked(query, mode, ME));
    }

    private List<String> ids(String query, SearchMode mode) {
        return search(query, mode).results().stream().map(SearchHit::id).toList();
    }

    @Test
    void aStoreIsAnsweredBeforeItsVectorIsMade() {
        StoreAnswer stored = fixture.store(StoreRequest.of("note", "the automobile is red", ME));

        assertThat(stored.indexed().vector()).isEqualTo(IndexState.PENDING);
        assertThat(router.calls).isEmpty();
        SearchAnswer early = search("automobile", SearchMode.HYBRID);
        assertThat(early.results()).hasSize(1);
        assertThat(early.degradedReason()).isEqualTo("1 memories have no vector yet");
        assertThat(fixture.memories.stats().index().pending()).isEqualTo(1);

        embed();

        assertThat(fixture.store(StoreRequest.of("note", "the automobile is red", ME))
                        .indexed()
                        .vector())
                .isEqualTo(IndexState.DONE);
        assertThat(search("automobile", SearchMode.HYBRID).degraded()).isFalse();
        assertThat(fixture.memories.stats().index().vectors()).isEqualTo(1);
        assertThat(fixture.memories.stats().index().dimensions()).isEqualTo(64);
        assertThat(fixture.memories.stats().index().provider()).isEqualTo("lab/embed");
        assertThat(fixture.memories.stats().index().degraded()).isFalse();
    }

    @Test
    void whatIsSaidInOtherWordsIsFoundByMeaning() {
        store("the kettle is blue");
        String red = store("the automobile is red");
        store("winter came early");
        embed();

        assertThat(search("car", SearchMode.KEYWORD).results()).isEmpty();
        SearchAnswer answer = search("which car", SearchMode.VECTOR);
        assertThat(answer.searchMode()).isEqualTo(SearchMode.VECTOR);
        SearchHit first = answer.results().getFirst();
        assertThat(first.id()).isEqualTo(red);
        assertThat(first.source()).isEqualTo(SearchMode.VECTOR);
        assertThat(first.components().keyword()).isNull();
        assertThat(first.score()).isEqualTo(first.components().vector()).isBetween(0.2, 1.0);
        assertThat(ids("which car", SearchMode.HYBRID).getFirst()).isEqualTo(red);
    }

    @Test
    void aHybridScoreIsTheWeightedSumOfItsParts() {
        String both = store("the automobile garage");
        String words = store("a garage, a garage");
        store("a vehicle to be had");
        embed();

        List<SearchHit> hits = search("car garage", SearchMode.HYBRID).results();

        assertThat(hits).hasSize(3);
        for (SearchHit hit : hits) {
            assertThat(hit.score())
                    .isEqualTo(
                            0.5 * hit.components().keyword()
                                    + 0.5 * hit.components().vector(),
                            within(1e-9));
        }
        assertThat(hits).extracting(SearchHit::id).containsSubsequence(both, words);
        assertThat(hits.getFirst().source()).isEqualTo(SearchMode.HYBRID);
        assertThat(hits.stream().map(SearchHit::score).toList()).isSortedAccordingTo(Comparator.reverseOrder());
    }

    @Test
    void whatIsGoneForbiddenOrPastNeverComesBackByItsVector() {
        String deleted = store("my first car is yellow");
        String redacted = store("my second car is green");
        fixture.store("somebody else's car is grey", "usr_2");
        String old = store("my third car is white");
        embed();
        assertThat(ids("car", SearchMode.VECTOR))
                .contains(deleted, redacted, old)
                .hasSize(3);

        fixture.memories.delete(call(Operation.MEMORY_DELETE, new Empty(), deleted));
        fixture.redactions.redact(call(Operation.MEMORY_REDACT, new Redact(redacted, "moved", true), redacted));
        fixture.journal.commit(tx -> {
            new Ledger().supersede(tx.sql(), old, "mem_new", clock.now());
            return true;
        });

        assertThat((long) fixture.journal.read(sql -> sql.number("SELECT count(*) FROM vectors")))
                .isEqualTo(2);
        assertThat(ids("car", SearchMode.VECTOR)).isEmpty();
        assertThat(ids("car", SearchMode.HYBRID)).isEmpty();
        assertThat(fixture.answer(new SearchRequest(
                                "car", 10, null, SearchMode.VECTOR, ME, null, List.of(), 0, null, true))
                        .results())
                .extracting(SearchHit::id)
                .containsExactly(old);
        reopen();
        assertThat(ids("car", SearchMode.VECTOR)).isEmpty();
        assertThat(fixture.embedding.codes().size()).isEqualTo(2);
    }

    private <I extends Record> Call<I> call(Operation operation, I input, String id) {
        return new Call<>(operation, input, Map.of("memory_id", id), Map.of(), fixture.context(), null, false, null);
    }

    @Test
    void codesOfWhatWasDestroyedLeaveMemoryToo() {
        String redacted = store("my second car is green");
        store("the kettle is blue");
        embed();
        assertThat(fixture.embedding.codes().size()).isEqualTo(2);

        fixture.redactions.redact(call(Operation.MEMORY_REDACT, new Redact(redacted, "moved", true), redacted));
        fixture.embedding.reload();
        embed();

        assertThat(fixture.embedding.codes().size()).isEqualTo(1);
    }

    @Test
    void aChangedTextIsFoundByItsNewMeaningOnly() {
        String id = store("the car is red");
        embed();
        fixture.memories.update(call(Operation.MEMORY_UPDATE, new MemoryUpdate("the kettle is blue", null, null), id));

        assertThat(ids("automobile", SearchMode.VECTOR)).isEmpty();
        embed();
        double kettle = search("kettle", SearchMode.VECTOR).results().getFirst().score();
        double car =
                search("automobile", SearchMode.VECTOR).results().getFirst().score();
        assertThat(kettle).isGreaterThan(car + 0.2);
        assertThat(fixture.embedding.codes().size()).isEqualTo(1);
    }

    @Test
    void aTextThatChangesWhileItsVectorIsMadeGetsAnother() {
        String id = store("the car is red");
        router.meanwhile(() -> {
            router.meanwhile(() -> {});
            fixture.memories.update(
                    call(Operation.MEMORY_UPDATE, new MemoryUpdate("the kettle is blue", null, null), id));
        });
        fixture.embedding.step();

        assertThat(ids("kettle", SearchMode.VECTOR)).isEmpty();
        embed();
        assertThat(ids("kettle", SearchMode.VECTOR)).containsExactly(id);
        assertThat(router.calls).contains(List.of("the car is red"), List.of("the kettle is blue"));
    }

    @Test
    void withoutTheProviderQuestionsAreAnsweredByWordsAndSaySo() {
        String id = store("the car is red");
        router.fails(ErrorCode.NO_BACKEND_AVAILABLE);

        assertThatThrownBy(fixture.embedding::step)
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NO_BACKEND_AVAILABLE));
        SearchAnswer answer = search("car", SearchMode.VECTOR);
        assertThat(answer.searchMode()).isEqualTo(SearchMode.KEYWORD);
        assertThat(answer.degraded()).isTrue();
        assertThat(answer.degradedReason()).isEqualTo("the embedding model gave no vector: NO_BACKEND_AVAILABLE");
        assertThat(answer.results()).extracting(SearchHit::id).containsExactly(id);
        int asked = router.calls.size();
        assertThat(search("car", SearchMode.HYBRID).degradedReason())
                .isEqualTo("the embedding model failed a moment ago");
        assertThat(router.calls).hasSize(asked);

        router.fails(null);
        clock.advance(Duration.ofSeconds(4));
        embed();
        assertThat(search("automobile", SearchMode.HYBRID).degraded()).isFalse();
        assertThat(ids("automobile", SearchMode.HYBRID)).containsExactly(id);
    }

    @Test
    void whatWaitsForAVectorWaitsAcrossProcesses() {
        String id = store("the car is red");
        fixture.close();
        fixture = new MemoryFixture(folder.resolve("sonia.db"), clock, router.peer());
        assertThat(search("car", SearchMode.HYBRID).degradedReason()).isEqualTo("the vectors are being read");
        embed();
        int asked = router.calls.size();

        reopen();

        assertThat(router.calls).hasSize(asked);
        assertThat(ids("automobile", SearchMode.VECTOR)).containsExactly(id);
    }

    @Test
    void aModelWhoseVectorsBecomeOthersMakesAllAnew() {
        String id = store("the car is red");
        embed();
        router.embeddings.dimensions(96);

        SearchAnswer meanwhile = search("car", SearchMode.HYBRID);
        assertThat(meanwhile.degradedReason())
                .isEqualTo("the embedding model gives vectors of another kind than before");
        assertThat(meanwhile.results()).hasSize(1);
        embed();

        assertThat(ids("automobile", SearchMode.VECTOR)).containsExactly(id);
        assertThat(fixture.memories.stats().index().dimensions()).isEqualTo(96);
        store("the kettle is blue");
        router.embeddings.dimensions(64);
        embed();
        assertThat(fixture.memories.stats().index().vectors()).isEqualTo(2);
        assertThat(fixture.memories.stats().index().dimensions()).isEqualTo(64);
    }

    @Test
    void vectorsOfAnotherModelAreMadeAnew() {
        store("the car is red");
        embed();
        fixture.journal.commit(tx -> tx.sql().update("UPDATE vectors SET model = 'lab/former'"));

        reopen();
        embed();

        assertThat(fixture.memories.stats().index().vectors()).isEqualTo(1);
        assertThat(ids("automobile", SearchMode.VECTOR)).hasSize(1);
    }

    @Test
    void memoriesFromBeforeThereWereVectorsGetThem() {
        fixture.close();
        Path old = folder.resolve("old.db");
        try (Journal journal = SqliteJournal.open(
                old,
                ServiceName.MEMORY_ENGINE,
                MemorySchema.MIGRATIONS.subList(0, 5),
                clock,
                new Hlc(clock),
                JournalOptions.of(detail -> detail, reason -> {}).diskFloorBytes(0))) {
            journal.commit(tx -> tx.sql()
                    .update(
                            "INSERT INTO ledger (id, type, user_id, created_at, recorded_at, content_hash, source_type,"
                                    + " metadata, content) VALUES ('mem_old', 'note', ?, ?, ?, 'x', 'direct', '{}',"
                                    + " 'the automobile is red')",
                            ME,
                            clock.now(),
                            clock.now()));
        }
        fixture = new MemoryFixture(old, clock, router.peer());
        embed();

        assertThat(ids("car", SearchMode.VECTOR)).containsExactly("mem_old");
    }

    @Test
    void aTextTheModelRefusesHoldsNobodyUp() {
        for (int i = 0; i < 70; i++) {
            store("kettle number " + i);
        }
        store("poison");
        String shortened = store("car " + "red ".repeat(400));
        router.refuses(text -> text.contains("poison") || text.length() > 900);

        for (int i = 0; i < 10; i++) {
            fixture.embedding.step();
        }

        assertThat(fixture.memories.stats().index().vectors()).isEqualTo(71);
        assertThat(fixture.memories.stats().index().pending()).isZero();
        assertThat(ids("automobile red", SearchMode.VECTOR).getFirst()).isEqualTo(shortened);
        assertThat(fixture.embedding.step()).isEqualTo(Progress.IDLE);
        router.refuses(text -> false);
        reopen();
        embed();
        assertThat(fixture.memories.stats().index().vectors()).isEqualTo(72);
    }

    @Test
    void aFilterLooksAmongWhatItLeavesHoweverMuchIsNearer() {
        Ledger ledger = new Ledger();
        fixture.journal.commit(tx -> {
            for (int i = 0; i < 400; i++) {
                Draft draft = Draft.of(StoreRequest.of("note", "car car number " + i, ME));
                ledger.add(tx.sql(), new Ledger.Entry("mem_" + i, clock.now()), draft, Ledger.Place.ALONE, clock.now());
            }
            return true;
        });
        String rare = fixture.store(StoreRequest.of("recipe", "the kettle is beside the car", ME))
                .id();
        embed();

        SearchRequest request =
                new SearchRequest("car", 5, null, SearchMode.VECTOR, ME, null, List.of("recipe"), 0, null, false);
        assertThat(fixture.answer(request).results()).extracting(SearchHit::id).containsExactly(rare);
        assertThat(search("car", SearchMode.VECTOR).results()).hasSize(10);
    }

    @Test
    void vectorsAreMadeLaterWhileTheStackIsTooSlow() {
        fixture.store("I bought a car", "usr_1");
        fixture.tooSlow = true;
        assertThat(fixture.embedding.step()).isEqualTo(Embedding.Progress.IDLE);
        assertThat(fixture.embedding.step()).isEqualTo(Embedding.Progress.IDLE);
        assertThat(fixture.embedding.codes().size()).isZero();
        assertThat(fixture.putOff.sum()).isEqualTo(1);
        fixture.tooSlow = false;
        assertThat(fixture.embedding.step()).isEqualTo(Embedding.Progress.MADE);
        assertThat(fixture.embedding.codes().size()).isEqualTo(1);
    }
}
