package io.sonia.contracts.evaos;

/** The budget as it is after its reset. */
public record BudgetWasReset(BudgetList.Entry budget) {}
