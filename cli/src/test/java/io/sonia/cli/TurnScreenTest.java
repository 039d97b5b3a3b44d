package io.sonia.cli;

import static io.sonia.cli.Samples.map;
import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.gateway.TurnEvent;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Scripted frames and the screen they make. */
class TurnScreenTest {

    private final Captured captured = Captured.terminal();
    private TurnScreen screen = new TurnScreen(captured.screen());

    @Test
    void wholeTurnWithAnApprovedCall() {
        frame(TurnEvent.STARTED, map("input_len", 5L, "profile", null));
        frame(TurnEvent.RECALLED, map("retrieved_count", 2L, "degraded", false, "duration_ms", 1.5));
        frame(TurnEvent.PARTIAL, map("index", 0L, "text", "I will write it."));
        frame(
                TurnEvent.CALL_REQUESTED,
                map("tool_call_id", "1.c", "tool_name", "file.write", "args", map("path", "a.txt"), "risk_tier", null));
        screen.approval(Samples.approval("apr_1", map("path", "a.txt"), ""));
        frame(TurnEvent.CONFIRMATION_RESOLVED, map("approval_id", "apr_1", "status", "approved"));
        frame(
                TurnEvent.CALL_RESULT,
                map(
                        "tool_name",
                        "file.write",
                        "status",
                        "executed",
                        "result",
                        map("bytes_written", 5L),
                        "verification",
                        map("verdict", "passed", "checks", null),
                        "duration_ms",
                        12.2));
        frame(TurnEvent.PARTIAL, map("index", 1L, "text", "Do"));
        frame(TurnEvent.PARTIAL, map("index", 2L, "text", "ne.\n"));
        frame(TurnEvent.FINAL, map("assistant_text", "Done."));
        frame(TurnEvent.MEMORY_WRITTEN, map("written", true));
        frame(TurnEvent.DONE, map());
        screen.end("req_1", 431);

        assertThat(captured.out()).isEqualTo("""
                          recalled 2 memories
                        I will write it.
                          > file.write path="a.txt"
                          approval needed
                          file.write  guarded_medium  (apr_1)
                              path = "a.txt"
                            asked by usr_1, rule tier:guarded_medium, expires in 1 min 35 s
                          approved
                          < file.write executed in 12 ms, verification passed: bytes_written=5
                        Done.
                          431 ms  ./sonia audit trace req_1
                        """);
        assertThat(captured.err()).isEmpty();
    }

    @Test
    void answerThatDiffersFromItsPiecesIsShownToo() {
        frame(TurnEvent.PARTIAL, map("text", "Half an ans"));
        frame(TurnEvent.FINAL, map("assistant_text", "A whole answer"));

        assertThat(captured.out()).isEqualTo("Half an ans\nA whole answer\n");
    }

    @Test
    void deniedCallShowsNoResult() {
        frame(TurnEvent.CONFIRMATION_RESOLVED, map("approval_id", "apr_1", "status", "denied"));
        frame(TurnEvent.CALL_RESULT, map("tool_name", "file.write", "status", "denied", "duration_ms", 0.0));

        assertThat(captured.out()).isEqualTo("  denied\n  < file.write denied\n");
    }

    @Test
    void failureNamesCodeAndCure() {
        frame(TurnEvent.ERROR, map("code", "NO_BACKEND_AVAILABLE", "message", "No model backend fits this request"));

        assertThat(captured.err())
                .isEqualTo("sonia: No model backend fits this request - NO_BACKEND_AVAILABLE"
                        + " - look at the model router with ./sonia logs model-router\n");
    }

    @Test
    void memoryThatFailedIsTold() {
        frame(TurnEvent.RECALLED, map("retrieved_count", 0L, "degraded", true));

        assertThat(captured.out()).isEqualTo("  goes on without memory: recall failed\n");
    }

    @Test
    void modelCannotDriveTheTerminal() {
        frame(TurnEvent.PARTIAL, map("text", "\u001b]0;title\u0007\u001b[2Jhi"));
        frame(TurnEvent.FINAL, map("assistant_text", "]0;title[2Jhi"));

        assertThat(captured.out()).doesNotContain("\u001b").doesNotContain("\u0007");
    }

    @Test
    void scriptGetsTheAnswerAloneOnStandardOutput() {
        Captured pipes = Captured.pipes();
        screen = new TurnScreen(pipes.screen());

        frame(TurnEvent.RECALLED, map("retrieved_count", 1L, "degraded", false));
        frame(TurnEvent.PARTIAL, map("text", "Do"));
        frame(TurnEvent.CALL_RESULT, map("tool_name", "file.read", "status", "executed", "duration_ms", 1.0));
        frame(TurnEvent.FINAL, map("assistant_text", "Done."));
        screen.end("req_1", 8.25);

        assertThat(pipes.out()).isEqualTo("Done.\n");
        assertThat(pipes.err()).isEqualTo("""
                          recalled 1 memory
                          < file.read executed in 1.0 ms
                          8.3 ms  ./sonia audit trace req_1
                        """);
    }

    private void frame(String type, Map<String, @Nullable Object> payload) {
        screen.show(type, payload);
    }
}
