package io.sonia.openclaw.tools;

import io.sonia.contracts.openclaw.SideEffect;
import io.sonia.kernel.SoniaException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a tool did.
 *
 * @param failure why that is not what was asked for, null if it is
 */
public record Ran(
        Record result,
        List<SideEffect> sideEffects,
        @Nullable SoniaException failure) {

    /** A run that changed nothing. */
    public static Ran of(Record result) {
        return new Ran(result, List.of(), null);
    }

    public static Ran of(Record result, SideEffect effect) {
        return new Ran(result, List.of(effect), null);
    }

    public Ran failed(SoniaException why) {
        return new Ran(result, sideEffects, why);
    }
}
