package io.sonia.gateway;

import io.sonia.contracts.gateway.SloStatus.Breach;
import io.sonia.contracts.gateway.SloStatus.Latency;
import io.sonia.contracts.gateway.SloStatus.Violation;
import io.sonia.contracts.gateway.SloStatus.Window;
import io.sonia.journal.Journal;
import io.sonia.journal.Row;
import io.sonia.journal.Sql;
import io.sonia.journal.Tx;
import io.sonia.kernel.SloMode;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The windows that were judged, as on record: what they held, and the mode after each. The newest tells how it stands. */
final class SloRecords {

    private static final int SHOWN_BREACHES = 20;

    /** What is kept of a window's latencies. */
    record Figures(Map<String, Latency> stages, List<Violation> violations) {}

    /** A window that was judged, and what it led to. */
    record Judged(
            Instant startedAt,
            int windowSeconds,
            long samples,
            Figures figures,
            SloWindow.Verdict verdict,
            SloState after) {

        Window window() {
            return new Window(startedAt, samples, figures.stages());
        }
    }

    private final Journal journal;

    SloRecords(Journal journal) {
        this.journal = journal;
    }

    /** The newest window of this instance. */
    Optional<Judged> newest() {
        return journal.read(sql -> sql.one(
                "SELECT * FROM slo_windows WHERE instance = ? ORDER BY window_no DESC LIMIT 1",
                SloRecords::read,
                journal.instance()));
    }

    /** The newest windows that breached. */
    List<Breach> breaches() {
        return journal.read(sql -> sql.list(
                "SELECT * FROM slo_windows WHERE instance = ? AND verdict = 'BREACH' ORDER BY window_no DESC LIMIT "
                        + SHOWN_BREACHES,
                row -> new Breach(
                        row.instant("started_at"),
                        row.integer("window_seconds"),
                        figures(row).violations(),
                        row.integer("breaches")),
                journal.instance()));
    }

    /** Puts a window on record; the oldest beyond {@code keep} go. */
    void add(Tx tx, Judged judged, int keep) throws SQLException {
        Sql sql = tx.sql();
        int instance = journal.instance();
        long number =
                1 + sql.number("SELECT coalesce(max(window_no), 0) FROM slo_windows WHERE instance = ?", instance);
        SloState after = judged.after();
        sql.update(
                "INSERT INTO slo_windows (instance, window_no, started_at, window_seconds, samples, figures, verdict,"
                        + " mode, breaches, healthy, entered_at, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                instance,
                number,
                judged.startedAt(),
                judged.windowSeconds(),
                judged.samples(),
                Json.text(judged.figures()),
                judged.verdict().name(),
                after.mode().name(),
                after.breaches(),
                after.healthy(),
                after.enteredAt(),
                after.reason());
        sql.update("DELETE FROM slo_windows WHERE instance = ? AND window_no <= ?", instance, number - keep);
    }

    private static Judged read(Row row) throws SQLException {
        return new Judged(
                row.instant("started_at"),
                row.integer("window_seconds"),
                row.number("samples"),
                figures(row),
                SloWindow.Verdict.valueOf(row.text("verdict")),
                new SloState(
                        SloMode.valueOf(row.text("mode")),
                        row.integer("breaches"),
                        row.integer("healthy"),
                        null,
                        row.instantOrNull("entered_at"),
                        row.textOrNull("reason")));
    }

    private static Figures figures(Row row) throws SQLException {
        return Shape.of(Figures.class).readAnswer(row.json("figures"));
    }

    /** The state as it was left, to go on with: nothing changes again before {@code dwell}. */
    static SloState resumed(Judged last, Deadline dwell) {
        SloState left = last.after();
        return left.mode() == SloMode.NORMAL
                ? SloState.NORMAL
                : new SloState(left.mode(), left.breaches(), 0, dwell, left.enteredAt(), left.reason());
    }
}
