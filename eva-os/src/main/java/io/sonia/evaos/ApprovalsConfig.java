package io.sonia.evaos;

import io.sonia.contracts.RiskTier;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.settings.Section;
import java.util.List;

/**
 * How long approvals and grants live, how many may wait, and who has to agree.
 *
 * @param secondPerson true if the person who asked may not decide
 * @param twoPersonTiers tiers that need the yes of two persons
 */
public record ApprovalsConfig(
        @Default("120") @Range(min = 5, max = 86_400) int ttlSeconds,
        @Default("60") @Range(min = 5, max = 600) int grantTtlSeconds,
        @Default("50") @Range(min = 1, max = 1000) int maxPending,
        @Default("10") @Range(min = 1, max = 1000) int maxPendingPerSession,
        @Default("false") boolean secondPerson,
        @Default("[]") @Items(max = 5) List<RiskTier> twoPersonTiers) {

    public static final Section<ApprovalsConfig> SECTION = Section.live("approvals", ApprovalsConfig.class);

    int requiredFor(RiskTier tier) {
        return twoPersonTiers.contains(tier) ? 2 : 1;
    }
}
