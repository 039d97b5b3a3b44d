package io.sonia.evaos.policy;

import io.sonia.contracts.policy.CallBudget;
import io.sonia.kernel.identity.Role;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who calls and in what circumstances.
 *
 * @param tainted whether the turn has taken in content that nobody of the house wrote
 * @param calls what has run so far; asked only where a rule's other conditions hold
 */
public record Situation(Role role, @Nullable String sessionId, boolean tainted, Instant at, Calls calls) {

    /** Counts the calls that were allowed or approved. */
    public interface Calls {

        /** How many there were of these tools, for the rule with this id. */
        int count(String ruleId, CallBudget.Per per, Set<String> tools);
    }
}
