package io.sonia.cli;

import static io.sonia.cli.Samples.map;
import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.audit.TraceAnswer;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AuditTraceTest {

    private final Screen screen = Captured.terminal().screen();

    @Test
    void storyIsToldInTheOrderGiven() {
        TraceAnswer trace = answer(
                List.of(
                        entry("api-gateway", "turn.started", "person", map("input_len", 5L, "input_sha256", "ab")),
                        entry("eva-os", "approve", "person", map("from", "pending", "to", "approved")),
                        entry("openclaw", "tool.outcome", "service", map())),
                List.of());

        assertThat(AuditTrace.lines(trace, screen))
                .containsExactly(
                        "req_1: 3 entries in 3 chains, operator usr_1",
                        "08:00:00.123  api-gateway    turn.started           OK        operator       task tsk_1",
                        "              input_len=5 rule=r1 took=1.5 ms",
                        "08:00:00.123  eva-os         approve                OK        operator       task tsk_1",
                        "              state=pending -> approved rule=r1 took=1.5 ms",
                        "08:00:00.123  openclaw       tool.outcome           OK        openclaw       task tsk_1",
                        "              rule=r1 took=1.5 ms");
    }

    @Test
    void missingServiceIsNamed() {
        assertThat(AuditTrace.lines(answer(List.of(), List.of("pipecat")), screen))
                .containsExactly("req_1: 0 entries in 0 chains, not complete: no answer from pipecat");
    }

    private static TraceAnswer answer(List<Map<String, @Nullable Object>> entries, List<String> missing) {
        return new TraceAnswer("req_1", entries, List.of(), missing.isEmpty(), missing, entries.size());
    }

    private static Map<String, @Nullable Object> entry(
            String chain, String operation, String kind, Map<String, @Nullable Object> detail) {
        return map(
                "chain",
                chain,
                "seq",
                1L,
                "timestamp",
                "2026-01-31T08:00:00.123Z",
                "operation",
                operation,
                "outcome",
                "OK",
                "actor_id",
                kind.equals("person") ? "usr_1" : chain,
                "actor_role",
                kind.equals("person") ? "operator" : "service",
                "actor_kind",
                kind,
                "resource_type",
                "task",
                "resource_id",
                "tsk_1",
                "rule_id",
                "r1",
                "duration_ms",
                1.5,
                "detail",
                detail);
    }
}
