package io.sonia.contracts.evaos;

import io.sonia.kernel.json.Text;

/** Takes all keys of a person away, without an overlap. */
public record KeyRevoke(@Text(min = 1, max = 500) String reason) {}
