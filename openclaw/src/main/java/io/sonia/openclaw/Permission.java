package io.sonia.openclaw;

import io.sonia.contracts.evaos.Grant;

/** What allows a call to run. */
sealed interface Permission {

    /** Policy lets this tool run without a grant. */
    record ByPolicy(String ruleId) implements Permission {}

    /** A grant for exactly this call; still to be consumed. */
    record ByGrant(Grant grant) implements Permission {}
}
