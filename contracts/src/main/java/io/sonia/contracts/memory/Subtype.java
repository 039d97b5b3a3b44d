package io.sonia.contracts.memory;

import io.sonia.kernel.json.WireNamed;

/** The kinds of typed memories; each has content of its own form. */
public enum Subtype implements WireNamed {
    FACT,
    PREFERENCE,
    PROJECT,
    SESSION_CONTEXT,
    SYSTEM_STATE;

    @Override
    public String wireName() {
        return name();
    }
}
