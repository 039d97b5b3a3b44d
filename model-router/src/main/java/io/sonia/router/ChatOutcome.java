package io.sonia.router;

import io.sonia.contracts.router.ChatAnswer;
import io.sonia.contracts.router.RouteDecision;
import io.sonia.contracts.router.Usage;
import io.sonia.kernel.SoniaException;

/** How a model call ended, with the decision that led there. */
sealed interface ChatOutcome {

    RouteDecision decision();

    record Answered(ChatAnswer answer) implements ChatOutcome {
        @Override
        public RouteDecision decision() {
            return answer.routeDecision();
        }
    }

    /** No answer; {@code partial} is what was used up and {@code text} what was told before the failure. */
    record Failed(RouteDecision decision, SoniaException failure, Usage partial, String text) implements ChatOutcome {}
}
