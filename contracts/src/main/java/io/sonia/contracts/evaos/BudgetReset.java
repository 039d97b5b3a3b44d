package io.sonia.contracts.evaos;

import io.sonia.kernel.json.Text;

/** Gives a service its whole budget of restarts back; one that was given up is tried again. */
public record BudgetReset(@Text(min = 1) String reason) {}
