package io.sonia.gateway;

import io.sonia.contracts.router.RecalledMemory;
import io.sonia.contracts.router.ToolCall;
import io.sonia.kernel.json.Text;
import java.util.List;

/** What a turn has to remember of a step so that it can go on after a restart. */
sealed interface TurnStep {

    /** The memories that were put before the model. */
    record Recalled(List<RecalledMemory> memories) implements TurnStep {}

    /** What the model said while it asked for tools; how the calls ended is in the actions. */
    record Asked(@Text(max = 4_194_304) String text, List<ToolCall> calls) implements TurnStep {}
}
