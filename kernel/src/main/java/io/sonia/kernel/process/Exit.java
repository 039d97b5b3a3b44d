package io.sonia.kernel.process;

import java.util.OptionalInt;

/**
 * How a program ended.
 *
 * @param code its exit code, or 128 and the number of the signal that ended it, as a shell reports it
 */
public record Exit(int code) {

    private static final int SIGNALS_FROM = 128;
    private static final int LAST_SIGNAL = 64;

    public OptionalInt signal() {
        int signal = code - SIGNALS_FROM;
        return signal > 0 && signal <= LAST_SIGNAL ? OptionalInt.of(signal) : OptionalInt.empty();
    }

    @Override
    public String toString() {
        return signal().isPresent() ? "signal " + signal().getAsInt() : "exit " + code;
    }
}
