package io.sonia.openclaw.tools;

import io.sonia.contracts.openclaw.Verification;
import io.sonia.kernel.json.Shape;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Something openclaw can do for a caller. {@code A} is the record of its arguments. */
public abstract class Tool<A extends Record> {

    private final ToolFacts facts;
    private final Class<A> argsType;
    private final Class<? extends Record> resultType;

    protected Tool(ToolFacts facts, Class<A> argsType, Class<? extends Record> resultType) {
        this.facts = facts;
        this.argsType = argsType;
        this.resultType = resultType;
    }

    public final ToolFacts facts() {
        return facts;
    }

    public final Class<A> argsType() {
        return argsType;
    }

    public final Class<? extends Record> resultType() {
        return resultType;
    }

    /** Why it cannot run on this host, if it cannot. */
    public Optional<String> unavailableReason() {
        return Optional.empty();
    }

    /**
     * Makes a call ready from its arguments alone; the world is not looked at.
     *
     * @throws io.sonia.kernel.SoniaException INVALID_ARGUMENT, INVALID_COMMAND, PATH_OUTSIDE_SANDBOX or URL_DENIED
     */
    public abstract PreparedCall prepare(A args);

    /** JSON Schema 2020-12 of the arguments. */
    public Map<String, @Nullable Object> argsSchema() {
        return Shape.of(argsType).schema();
    }

    /**
     * Finds out whether an effect happened whose result a crash hid. Empty for a tool that cannot tell.
     *
     * @param trace what {@link PreparedCall#trace} gave before the effect
     */
    public Optional<Verification> probe(Map<String, @Nullable Object> trace) throws IOException {
        return Optional.empty();
    }
}
