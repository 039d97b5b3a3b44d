package io.sonia.kernel.http;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * What stands between callers and one service: its breaker, and the repetition of calls that may be made twice and
 * failed on the way.
 */
final class PeerGuard {

    private static final int RETRIES = 2;
    private static final int FIRST_PAUSE_MS = 100;

    /** A call that had less time than this says nothing about the service by coming too late. */
    private static final Duration FAIR = Duration.ofSeconds(1);

    private final Breaker breaker;
    private final RetryBudget budget;
    private final Clock clock;
    private final Ids ids;

    PeerGuard(Breaker breaker, RetryBudget budget, Clock clock, Ids ids) {
        this.breaker = breaker;
        this.budget = budget;
        this.clock = clock;
        this.ids = ids;
    }

    /**
     * Makes a call, if the breaker lets it pass.
     *
     * @param repeatable whether it may be made twice
     * @param listens looks whether somebody listens there
     * @throws SoniaException CIRCUIT_OPEN, or how the last try failed
     */
    <T> T call(Deadline deadline, boolean repeatable, BooleanSupplier listens, Supplier<T> call) {
        Breaker.Permit permit = breaker.enter(listens);
        boolean fair = deadline.left().compareTo(FAIR) >= 0;
        Breaker.Outcome outcome = Breaker.Outcome.NEITHER;
        try {
            budget.called();
            T result = repeated(deadline, repeatable, call);
            outcome = Breaker.Outcome.SUCCESS;
            return result;
        } catch (SoniaException e) {
            outcome = outcome(e, fair);
            throw e;
        } finally {
            permit.ended(outcome);
        }
    }

    private <T> T repeated(Deadline deadline, boolean repeatable, Supplier<T> call) {
        for (int retry = 0; ; retry++) {
            try {
                return call.get();
            } catch (SoniaException e) {
                boolean again = repeatable && retry < RETRIES && onTheWay(e);
                if (!again || !paused(deadline, retry)) {
                    throw e;
                }
            }
        }
    }

    /** True if it failed between the two services; what the other one said is not asked for again. */
    private boolean onTheWay(SoniaException failure) {
        return here(failure)
                && (failure.code() == ErrorCode.UNAVAILABLE || failure.code() == ErrorCode.DEPENDENCY_FAILED);
    }

    /** True if the failure was found on this side, not told by the other one. */
    private boolean here(SoniaException failure) {
        return breaker.name().equals(failure.details().get("dependency"));
    }

    /** True after the pause before a repetition; false if there is no time or no budget for it. */
    private boolean paused(Deadline deadline, int retry) {
        int full = FIRST_PAUSE_MS << retry;
        Duration pause = Duration.ofMillis(full / 2 + ids.below(full + 1));
        if (deadline.left().compareTo(pause) <= 0 || !budget.take()) {
            return false;
        }
        try {
            clock.sleep(pause);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Only failures of the service itself count. That no model gave an answer, or that a service behind it is paused, it
     * says in good health; a refusal shows that it works.
     */
    private Breaker.Outcome outcome(SoniaException failure, boolean fair) {
        return switch (failure.code()) {
            case UNAVAILABLE -> here(failure) ? Breaker.Outcome.UNREACHABLE : Breaker.Outcome.FAILURE;
            case DEPENDENCY_FAILED -> Breaker.Outcome.FAILURE;
            case TIMEOUT -> fair ? Breaker.Outcome.FAILURE : Breaker.Outcome.NEITHER;
            case MODEL_FAILED, NO_BACKEND_AVAILABLE, CIRCUIT_OPEN -> Breaker.Outcome.NEITHER;
            default ->
                switch (failure.code().blame()) {
                    case CALLER, POLICY -> Breaker.Outcome.SUCCESS;
                    case CAPACITY, DEPENDENCY, PLATFORM -> Breaker.Outcome.NEITHER;
                };
        };
    }
}
