package io.sonia.openclaw;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.openclaw.Execution;
import io.sonia.contracts.openclaw.ExecutionError;
import io.sonia.contracts.openclaw.ExecutionFilter;
import io.sonia.contracts.openclaw.ExecutionLog;
import io.sonia.contracts.openclaw.ExecutionState;
import io.sonia.journal.Journal;
import io.sonia.journal.JournalOptions;
import io.sonia.journal.SqliteJournal;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExecutionListTest {

    private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");

    @TempDir
    Path folder;

    private Journal journal;
    private ExecutionStore store;

    @BeforeEach
    void open() {
        journal = SqliteJournal.open(
                folder.resolve("sonia.db"),
                ServiceName.OPENCLAW,
                ExecutionTables.MIGRATIONS,
                Clock.system(),
                new Hlc(Clock.system()),
                JournalOptions.of(detail -> detail, reason -> {}).diskFloorBytes(0));
        store = new ExecutionStore(journal, Cursors.under(new byte[32], Clock.system()));
        put("exe_1", "file.read", ExecutionState.SUCCEEDED, "req_1", null);
        put("exe_2", "file.read", ExecutionState.FAILED, "req_2", new ExecutionError("TOOL_FAILED", "no", Map.of()));
        put("exe_3", "file.list", ExecutionState.SUCCEEDED, "req_2", null);
    }

    @AfterEach
    void close() {
        journal.close();
    }

    @Test
    void runsComeNewestFirstPageByPage() {
        ExecutionLog first = store.page(new ExecutionFilter(null, null, null, 2, null));
        ExecutionLog last = store.page(new ExecutionFilter(null, null, null, 2, first.nextCursor()));

        assertThat(ids(first)).containsExactly("exe_3", "exe_2");
        assertThat(ids(last)).containsExactly("exe_1");
        assertThat(first.logs().getLast())
                .isEqualTo(new ExecutionLog.Row(
                        NOON.plusSeconds(2),
                        "exe_2",
                        "file.read",
                        ExecutionState.FAILED,
                        "req_2",
                        "usr_1",
                        12.5,
                        "TOOL_FAILED"));
        assertThat(last)
                .returns(3L, ExecutionLog::total)
                .returns(1, ExecutionLog::count)
                .returns(1, ExecutionLog::returned)
                .returns(null, ExecutionLog::nextCursor);
    }

    @Test
    void listCanBeNarrowedByToolStateAndRequest() {
        assertThat(ids(store.page(new ExecutionFilter("file.read", null, null, 9, null))))
                .containsExactly("exe_2", "exe_1");
        assertThat(ids(store.page(new ExecutionFilter(null, ExecutionState.SUCCEEDED, null, 9, null))))
                .containsExactly("exe_3", "exe_1");
        assertThat(ids(store.page(new ExecutionFilter(null, null, "req_2", 9, null))))
                .containsExactly("exe_3", "exe_2");
        assertThat(store.page(new ExecutionFilter("file.read", ExecutionState.SUCCEEDED, "req_1", 9, null))
                        .total())
                .isEqualTo(1);
    }

    private static List<String> ids(ExecutionLog log) {
        return log.logs().stream().map(ExecutionLog.Row::executionId).toList();
    }

    private void put(String id, String tool, ExecutionState state, String request, @Nullable ExecutionError error) {
        Execution execution = new Execution(
                id,
                tool,
                state,
                "d".repeat(64),
                null,
                null,
                null,
                "usr_1",
                request,
                NOON,
                NOON,
                12.5,
                null,
                List.of(),
                null,
                error,
                null);
        Instant created = NOON.plusSeconds(Long.parseLong(id.substring(4)));
        journal.commit(tx -> {
            store.insert(tx, new StoredExecution(execution, Map.of(), created), null);
            return id;
        });
    }
}
