package io.sonia.gates.drill;

import java.io.Serial;

/** A drill cannot be made on this machine; the message says what it takes. */
final class MissingProgram extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    MissingProgram(String what) {
        super(what);
    }
}
