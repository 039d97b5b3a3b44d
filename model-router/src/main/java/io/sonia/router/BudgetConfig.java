package io.sonia.router;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Range;
import io.sonia.router.Budget.Scope;

/**
 * What may be spent: in money (millionths of the currency of the prices), in tokens of prompts and answers, in calls. 0
 * is no limit. A session is counted as a whole; all calls, those of a user and those of a model are counted by the day.
 */
record BudgetConfig(
        @Default("0") @Range(max = Budget.MOST) long dayMicro,
        @Default("0") @Range(max = Budget.MOST) long dayTokens,
        @Default("0") @Range(max = Budget.MOST) long dayCalls,
        @Default("0") @Range(max = Budget.MOST) long sessionMicro,
        @Default("0") @Range(max = Budget.MOST) long sessionTokens,
        @Default("0") @Range(max = Budget.MOST) long sessionCalls,
        @Default("0") @Range(max = Budget.MOST) long userMicro,
        @Default("0") @Range(max = Budget.MOST) long userTokens,
        @Default("0") @Range(max = Budget.MOST) long userCalls,
        @Default("0") @Range(max = Budget.MOST) long modelMicro,
        @Default("0") @Range(max = Budget.MOST) long modelTokens,
        @Default("0") @Range(max = Budget.MOST) long modelCalls) {

    /** The limits of each budget of a kind. */
    Amount limit(Scope scope) {
        return switch (scope) {
            case DAY -> new Amount(dayMicro, dayTokens, dayCalls);
            case SESSION -> new Amount(sessionMicro, sessionTokens, sessionCalls);
            case USER -> new Amount(userMicro, userTokens, userCalls);
            case MODEL -> new Amount(modelMicro, modelTokens, modelCalls);
        };
    }

    /** True if anything is limited. */
    boolean any() {
        for (Scope scope : Scope.values()) {
            if (!limit(scope).equals(Amount.NOTHING)) {
                return true;
            }
        }
        return false;
    }

    /** True if money is. */
    boolean money() {
        return dayMicro + sessionMicro + userMicro + modelMicro > 0;
    }
}
