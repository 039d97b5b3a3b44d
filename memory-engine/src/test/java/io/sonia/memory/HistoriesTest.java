package io.sonia.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.testkit.FakeClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoriesTest {

    private static final int MORE_THAN_A_BATCH = 501;

    @TempDir
    Path folder;

    @Test
    void turnsGoWhenTheirTimeIsOver() {
        FakeClock clock = new FakeClock();
        try (MemoryFixture fixture = new MemoryFixture(folder.resolve("sonia.db"), clock)) {
            Histories histories = new Histories(fixture.base);
            for (int i = 0; i < MORE_THAN_A_BATCH; i++) {
                put(fixture, "old" + i, i);
            }
            clock.advance(Duration.ofDays(1));
            put(fixture, "young", MORE_THAN_A_BATCH);
            histories.expire(Duration.ofDays(1).plusSeconds(1));
            assertThat(turns(fixture)).hasSize(MORE_THAN_A_BATCH + 1);
            histories.expire(Duration.ofHours(1));
            assertThat(turns(fixture)).containsExactly("young");
        }
    }

    private static void put(MemoryFixture fixture, String id, int number) {
        fixture.journal.commit(tx -> tx.sql()
                .update(
                        "INSERT INTO conversation_turns (turn_id, session_id, sequence_num, user_id, user_input, tool_calls,"
                                + " metadata, created_at) VALUES (?, 'ses_1', ?, 'usr_1', 'hello', '{\"calls\":[]}', '{}', ?)",
                        id,
                        number,
                        fixture.base.clock().now()));
    }

    private static List<String> turns(MemoryFixture fixture) {
        return fixture.journal.read(
                sql -> sql.list("SELECT turn_id FROM conversation_turns", row -> row.text("turn_id")));
    }
}
