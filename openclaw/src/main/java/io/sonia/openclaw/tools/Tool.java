package io.sonia.openclaw.tools;

import io.sonia.contracts.openclaw.Verification;
import io.sonia.kernel.json.Shape;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Something openclaw can do for a caller. {@code A} is the record of its arguments. */
public interface Tool<A extends Record> {

    ToolFacts facts();

    Class<A> argsType();

    Class<? extends Record> resultType();

    /** Why it cannot run on this host, if it cannot. */
    default Optional<String> unavailableReason() {
        return Optional.empty();
    }

    /**
     * Makes a call ready from its arguments alone; the world is not looked at.
     *
     * @throws io.sonia.kernel.SoniaException INVALID_ARGUMENT, INVALID_COMMAND, PATH_OUTSIDE_SANDBOX or URL_DENIED
     */
    PreparedCall prepare(A args);

    /** JSON Schema 2020-12 of the arguments. */
    default Map<String, @Nullable Object> argsSchema() {
        return Shape.of(argsType()).schema();
    }

    /**
     * Finds out whether an effect happened whose result a crash hid. Empty for a tool that cannot tell.
     *
     * @param trace what {@link PreparedCall#trace} gave before the effect
     */
    default Optional<Verification> probe(Map<String, @Nullable Object> trace) throws IOException {
        return Optional.empty();
    }
}
