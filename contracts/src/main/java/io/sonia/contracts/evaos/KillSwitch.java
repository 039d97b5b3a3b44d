package io.sonia.contracts.evaos;

import io.sonia.contracts.RiskTier;
import io.sonia.kernel.json.WireNamed;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A stop that an operator has set, or has lifted.
 *
 * @param target the tool, session or actor; null for {@code all} and {@code tools}
 */
public record KillSwitch(
        Scope scope, @Nullable String target, boolean engaged, String reason, String actorId, Instant changedAt) {

    /** What is stopped. */
    public enum Scope {
        /** Every tool call. */
        ALL,
        /** Every tool call above safe_read; what only reads goes on. */
        TOOLS,
        /** The calls of one tool. */
        TOOL,
        /** The calls of one session. */
        SESSION,
        /** The calls for one actor. */
        USER;

        /** True if a switch of this scope names what it stops. */
        public boolean targeted() {
            return this != ALL && this != TOOLS;
        }
    }

    /** One call as a switch sees it; a tool without a tier counts as one above safe_read. */
    public record Stoppable(
            String tool, @Nullable RiskTier tier, @Nullable String sessionId, String actorId) {}

    /** True if the call may not run. */
    public boolean stops(Stoppable call) {
        return engaged
                && switch (scope) {
                    case ALL -> true;
                    case TOOLS -> call.tier() != RiskTier.SAFE_READ;
                    case TOOL -> call.tool().equals(target);
                    case SESSION -> target != null && target.equals(call.sessionId());
                    case USER -> call.actorId().equals(target);
                };
    }

    /** The name of the switch in decisions, such as {@code kill_switch:all}. */
    public String ruleId() {
        return "kill_switch:" + WireNamed.of(scope);
    }
}
