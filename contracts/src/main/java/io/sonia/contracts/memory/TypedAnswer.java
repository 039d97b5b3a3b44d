package io.sonia.contracts.memory;

import java.util.List;

/**
 * Typed memories, best first.
 *
 * @param budgetUsed characters of all results together
 * @param truncated true if the budget left one out
 */
public record TypedAnswer(
        String query, List<Item> results, int count, int budgetUsed, int budgetLimit, boolean truncated) {}
