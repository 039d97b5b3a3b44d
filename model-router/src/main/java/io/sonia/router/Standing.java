package io.sonia.router;

import io.sonia.contracts.router.BackendList.Sample;
import io.sonia.contracts.router.BackendList.State;
import io.sonia.journal.Row;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a backend stands.
 *
 * @param seconds of its last quarantine
 * @param successes trials in a row
 */
record Standing(
        State state,
        @Nullable Instant quarantinedAt,
        @Nullable Instant until,
        int seconds,
        int successes,
        List<Sample> evidence) {

    static final Standing FRESH =
            new Standing(BackendLife.TABLE.start(BackendLife.Event.RECOVER), null, null, 0, 0, List.of());

    /** The evidence as a journal keeps it. */
    Map<String, @Nullable Object> kept() {
        return Json.plain(new Evidence(evidence));
    }

    static Standing read(Row row) throws SQLException {
        return new Standing(
                State.valueOf(row.text("state")),
                row.instantOrNull("quarantined_at"),
                row.instantOrNull("quarantine_until"),
                row.integer("seconds"),
                row.integer("successes"),
                Shape.of(Evidence.class).readAnswer(row.json("evidence")).evidence());
    }

    private record Evidence(List<Sample> evidence) {}
}
