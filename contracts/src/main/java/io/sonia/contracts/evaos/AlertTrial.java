package io.sonia.contracts.evaos;

import io.sonia.contracts.gateway.Severity;
import io.sonia.kernel.json.Default;

/** Raises an alert that means nothing, to see that it arrives. */
public record AlertTrial(@Default("\"S4\"") Severity severity) {}
