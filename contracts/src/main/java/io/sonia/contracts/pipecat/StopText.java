package io.sonia.contracts.pipecat;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Text;

/** The data of a client's stop frame. */
public record StopText(
        @Default("\"user_requested\"") @Text(max = 200) String reason) {}
