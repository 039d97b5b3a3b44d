package io.sonia.kernel.settings;

import java.util.function.Consumer;

/**
 * One object of the configuration file and the record it is read into. Every component of the record has a default or
 * may be absent, so that an empty file is a valid one.
 *
 * @param reloadable true if a change applies at once, false if it waits for a restart
 * @param rule refuses values that are unsafe together
 */
public record Section<T extends Record>(String name, Class<T> type, boolean reloadable, Rule<T> rule) {

    /** A check across keys and sections; each sentence given to {@code problems} refuses the configuration. */
    @FunctionalInterface
    public interface Rule<T extends Record> {
        void check(T value, Sections all, Consumer<String> problems);
    }

    /** A section that is read at start only. */
    public static <T extends Record> Section<T> fixed(String name, Class<T> type) {
        return new Section<>(name, type, false, (value, all, problems) -> {});
    }

    /** A section whose changes apply while the process runs. */
    public static <T extends Record> Section<T> live(String name, Class<T> type) {
        return new Section<>(name, type, true, (value, all, problems) -> {});
    }

    public Section<T> checkedBy(Rule<T> check) {
        return new Section<>(name, type, reloadable, check);
    }

    @Override
    public String toString() {
        return name;
    }
}
