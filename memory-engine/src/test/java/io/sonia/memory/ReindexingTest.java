package io.sonia.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.memory.SearchAnswer;
import io.sonia.contracts.memory.SearchMode;
import io.sonia.contracts.memory.StoreRequest;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.testkit.FakeClock;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReindexingTest {

    private static final int MANY = 700;

    @TempDir
    Path folder;

    private final FakeClock clock = new FakeClock(Instant.parse("2026-01-01T00:00:00Z"));
    private MemoryFixture fixture;

    @BeforeEach
    void open() {
        fixture = new MemoryFixture(folder.resolve("sonia.db"), clock);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private void fill() {
        Ledger ledger = new Ledger();
        fixture.journal.commit(tx -> {
            for (int i = 0; i < MANY; i++) {
                String content = "number " + i + (i % 100 == 0 ? " hundred" : "");
                Draft draft = Draft.of(StoreRequest.of("fact", content, "usr_1"));
                ledger.add(tx.sql(), new Ledger.Entry("mem_" + i, clock.now()), draft, Ledger.Place.ALONE, clock.now());
            }
            return MANY;
        });
    }

    private long indexed() {
        return fixture.journal.read(sql -> sql.number("SELECT count(*) FROM memory_fts"));
    }

    private void toTheEnd() {
        boolean more = true;
        while (more) {
            more = fixture.reindexing.step();
        }
    }

    private SearchAnswer search() {
        return fixture.answer(MemoryFixture.asked("hundred", SearchMode.KEYWORD, null));
    }

    @Test
    void anIndexMadeAnewFindsWhatTheFormerOneFound() {
        fill();
        SearchAnswer before = search();
        assertThat(before.results()).hasSize(7);
        fixture.reindexing.begin(null);
        SearchAnswer meanwhile = search();
        assertThat(meanwhile.results()).isEmpty();
        assertThat(meanwhile.degraded()).isTrue();
        toTheEnd();
        assertThat(search()).isEqualTo(before);
        assertThat(fixture.reindexing.runs()).isFalse();
        assertThat(fixture.reindexing.step()).isFalse();
    }

    @Test
    void aRebuildThatACrashCutOffGoesOnWhereItWas() {
        fill();
        SearchAnswer before = search();
        fixture.reindexing.begin(null);
        assertThat(fixture.reindexing.step()).isTrue();
        close();
        open();
        assertThat(fixture.reindexing.runs()).isTrue();
        assertThat(indexed()).isBetween(1L, (long) MANY - 1);
        toTheEnd();
        assertThat(search()).isEqualTo(before);
        assertThat(indexed()).isEqualTo(MANY);
    }

    @Test
    void whatIsStoredMeanwhileIsInTheIndexOnce() {
        fill();
        fixture.reindexing.begin(null);
        fixture.reindexing.step();
        fixture.store("number 701 hundred", "usr_1");
        toTheEnd();
        assertThat(search().results()).hasSize(8);
        assertThat(indexed()).isEqualTo(MANY + 1);
    }

    @Test
    void onlyOneRebuildRunsAtATime() {
        fixture.reindexing.begin(null);
        assertThatThrownBy(() -> fixture.reindexing.begin(null))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_STATE));
    }

    @Test
    void anIndexThatLacksMemoriesIsMadeAnewAtTheStart() throws Exception {
        fill();
        SearchAnswer before = search();
        fixture.journal.commit(tx -> tx.sql().update("DELETE FROM memory_fts WHERE rowid % 2 = 0"));
        started();
        assertThat(search()).isEqualTo(before);
    }

    @Test
    void aMissingIndexIsMadeAnewAtTheStart() throws Exception {
        fill();
        SearchAnswer before = search();
        fixture.journal.commit(tx -> tx.sql().update("DROP TABLE memory_fts"));
        started();
        assertThat(search()).isEqualTo(before);
    }

    @Test
    void aWholeIndexIsLeftAlone() {
        fill();
        fixture.reindexing.start();
        assertThat(fixture.reindexing.runs()).isFalse();
        assertThat(indexed()).isEqualTo(MANY);
    }

    private void started() throws InterruptedException {
        fixture.reindexing.start();
        while (fixture.reindexing.runs()) {
            Thread.onSpinWait();
        }
    }
}
