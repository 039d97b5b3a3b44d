package io.sonia.gateway;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sonia.kernel.SoniaException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What a call is refused with. */
final class Refusal {

    private Refusal() {}

    static SoniaException of(ThrowingCallable call) {
        SoniaException refusal = catchThrowableOfType(SoniaException.class, call);
        if (refusal == null) {
            throw new AssertionError("expected a refusal, met none");
        }
        return refusal;
    }
}
