package io.sonia.contracts.memory;

/**
 * How the connection that writes the store is set.
 *
 * @param allOk true if that is what is expected
 */
public record Pragmas(Values pragmas, boolean allOk, Values expected) {

    /**
     * Values of SQLite's pragmas.
     *
     * @param busyTimeout milliseconds
     */
    public record Values(String journalMode, String synchronous, String foreignKeys, long busyTimeout) {}
}
