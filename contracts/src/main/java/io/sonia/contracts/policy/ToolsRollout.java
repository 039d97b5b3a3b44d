package io.sonia.contracts.policy;

import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Range;
import java.time.Instant;
import java.util.Map;

/** {@code tools_rollout.json}: which tools are switched on; every tool of the risk policy has to be listed. */
public record ToolsRollout(
        @Range(min = 1, max = 1) int schema,
        @Range(min = 1) int version,
        Instant updatedAt,
        @Items(max = 500) Map<String, Stage> stages) {

    /** Whether a tool is offered. */
    public enum Stage {
        OFF,
        ON
    }
}
