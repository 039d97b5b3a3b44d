package io.sonia.kernel.settings;

/** The current value of something that may change while the process runs; ask again for each use. */
@FunctionalInterface
public interface Live<T> {

    T get();

    /** A value that never changes. */
    static <T> Live<T> always(T value) {
        return () -> value;
    }
}
