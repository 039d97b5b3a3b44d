package io.sonia.contracts.policy;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Items;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What must hold beside the call itself; what is absent does not matter.
 *
 * @param tainted whether the turn has taken in content that nobody of the house wrote
 * @param times the call comes within one of them; empty for always
 * @param budget it is used up
 */
public record RuleWhen(
        @Nullable Boolean tainted,
        @Default("[]") @Items(max = 20) List<TimeWindow> times,
        @Nullable CallBudget budget) {}
