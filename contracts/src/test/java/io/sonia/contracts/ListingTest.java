package io.sonia.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.journal.Journal;
import io.sonia.journal.JournalOptions;
import io.sonia.journal.Migration;
import io.sonia.journal.SqliteJournal;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.WireNamed;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListingTest {

    private enum Colour implements WireNamed {
        RED,
        DARK_BLUE;

        @Override
        public String wireName() {
            return this == RED ? "red" : "dark-blue";
        }
    }

    private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");
    private static final Migration TABLE = new Migration(
            1,
            "things",
            "CREATE TABLE things (thing_id TEXT PRIMARY KEY, colour TEXT, owner TEXT, created_at TEXT NOT NULL);",
            "DROP TABLE things;");

    @TempDir
    Path folder;

    private final Cursors cursors = Cursors.under(new byte[32], Clock.system());
    private Journal journal;

    @BeforeEach
    void open() {
        journal = SqliteJournal.open(
                folder.resolve("sonia.db"),
                ServiceName.EVA_OS,
                List.of(TABLE),
                Clock.system(),
                new Hlc(Clock.system()),
                JournalOptions.of(detail -> detail, reason -> {}).diskFloorBytes(0));
    }

    @AfterEach
    void close() {
        journal.close();
    }

    @Test
    void pagesTogetherAreTheWholeTableNewestFirst() {
        for (int i = 10; i < 17; i++) {
            // Three rows at a time have one instant, so that pages end between rows that only the id tells apart.
            put("t" + i, Colour.RED, null, i / 3);
        }

        for (int limit = 1; limit <= 8; limit++) {
            assertThat(all(things(), limit)).containsExactly("t16", "t15", "t14", "t13", "t12", "t11", "t10");
        }
    }

    @Test
    void lastPageHasNoCursorThoughItIsFull() {
        put("t1", Colour.RED, null, 1);
        put("t2", Colour.RED, null, 2);

        Listing.Page<String> first = page(things(), null, 1);
        assertThat(first.total()).isEqualTo(2);
        assertThat(first.nextCursor()).isNotNull();
        Listing.Page<String> last = page(things(), first.nextCursor(), 1);
        assertThat(last).isEqualTo(new Listing.Page<>(List.of("t1"), 2, null));
        assertThat(page(things(), null, 2).nextCursor()).isNull();
    }

    @Test
    void emptyTableIsOneEmptyPage() {
        assertThat(page(things(), null, 5)).isEqualTo(new Listing.Page<>(List.of(), 0, null));
    }

    @Test
    void rowThatComesBetweenTwoPagesDisturbsNeither() {
        put("t1", Colour.RED, null, 1);
        put("t2", Colour.RED, null, 2);
        String cursor = page(things(), null, 1).nextCursor();
        put("t3", Colour.RED, null, 3);

        assertThat(page(things(), cursor, 1).rows()).containsExactly("t1");
    }

    @Test
    void filterKeepsItsRowsAndCountsOnlyThem() {
        put("t1", Colour.RED, "olena", 1);
        put("t2", Colour.DARK_BLUE, "olena", 2);
        put("t3", Colour.DARK_BLUE, null, 3);

        assertThat(page(things().where("colour", Colour.DARK_BLUE), null, 9))
                .isEqualTo(new Listing.Page<>(List.of("t3", "t2"), 2, null));
        assertThat(page(things().where("colour", Colour.DARK_BLUE).where("owner", "olena"), null, 9)
                        .rows())
                .containsExactly("t2");
        assertThat(page(things().whereNull("owner"), null, 9)).isEqualTo(new Listing.Page<>(List.of("t3"), 1, null));
        assertThat(page(things().where("owner", null), null, 9).total()).isEqualTo(3);
        assertThat(page(things().where("owner", "' OR 1 = 1 --"), null, 9).rows())
                .isEmpty();
    }

    @Test
    void cursorOfAnotherFilterIsRefused() {
        put("t1", Colour.RED, null, 1);
        put("t2", Colour.RED, null, 2);
        String cursor = page(things(), null, 1).nextCursor();

        for (Listing other : List.of(things().where("colour", Colour.RED), things().whereNull("owner"))) {
            assertThatThrownBy(() -> page(other, cursor, 1))
                    .isInstanceOfSatisfying(
                            SoniaException.class,
                            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_CURSOR));
        }
    }

    private static Listing things() {
        return new Listing("things", "thing_id");
    }

    private Listing.Page<String> page(Listing listing, @Nullable String cursor, int limit) {
        return listing.page(journal, cursors, cursor, limit, row -> row.text("thing_id"));
    }

    private List<String> all(Listing listing, int limit) {
        List<String> rows = new ArrayList<>();
        Listing.Page<String> page = page(listing, null, limit);
        rows.addAll(page.rows());
        while (page.nextCursor() != null) {
            page = page(listing, page.nextCursor(), limit);
            assertThat(page.rows()).isNotEmpty();
            rows.addAll(page.rows());
        }
        return rows;
    }

    private void put(String id, Colour colour, @Nullable String owner, int minute) {
        journal.commit(tx -> tx.sql()
                .update(
                        "INSERT INTO things (thing_id, colour, owner, created_at) VALUES (?, ?, ?, ?)",
                        id,
                        colour.wireName(),
                        owner,
                        NOON.plusSeconds(60L * minute)));
    }
}
