package io.sonia.openclaw.tools;

import io.sonia.contracts.openclaw.CheckAnswer.Resolved;
import io.sonia.contracts.openclaw.Verification;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One call of a tool, ready to be looked at, run and verified, in this order and each at most once. */
public interface PreparedCall {

    /** What it would touch. */
    Resolved resolved();

    /**
     * Looks at the world and changes nothing: links, protected places, allowed programs, resolved addresses.
     *
     * @throws io.sonia.kernel.SoniaException why it must not run
     */
    default void inspect() throws IOException {}

    /** What a later look needs to tell whether the effect happened; small, and without contents. */
    default Map<String, @Nullable Object> trace() {
        return Map.of();
    }

    /**
     * Does it. A failure with an effect is part of what is returned, one without is thrown.
     *
     * @throws io.sonia.kernel.SoniaException why nothing was done
     */
    Ran run(ToolRun run) throws IOException;

    /** Looks again at what was done. */
    Verification verify(ToolRun run) throws IOException;
}
