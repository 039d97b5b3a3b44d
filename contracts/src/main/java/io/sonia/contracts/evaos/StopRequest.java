package io.sonia.contracts.evaos;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;

/** Asks to stop a service and keep it stopped. */
public record StopRequest(
        @Text(min = 1) String reason,
        @Default("10000") @Range(max = 30_000) int graceMs) {}
