package io.sonia.openclaw.shell;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one program may be told. Every option that is not listed is refused, so that options which run programs, write
 * files, follow links or read lists of file names stay out, whatever a later version adds. Long options have to be
 * written in full.
 */
final class ArgumentRules {

    /** What comes with an option. */
    enum Value {
        NONE,
        TEXT,
        /** Only in the form {@code --option=value}, or not at all. */
        OPTIONAL,
        PATH
    }

    /** What the arguments that are no options mean. */
    enum Operands {
        NONE,
        /** Text, and nothing is an option. */
        ANYTHING,
        TEXT,
        PATHS,
        /** The first one is a pattern unless {@code -e} gives it, the others are paths. */
        PATTERN_AND_PATHS,
        /** An output format, which starts with a plus sign. */
        FORMAT,
        /** Paths, then an expression; see {@link FindExpression}. */
        FIND,
        /** Names of commits or paths, used as they are. */
        REVISIONS
    }

    private final Map<String, Value> options = new HashMap<>();
    private final Operands operands;

    private ArgumentRules(Operands operands) {
        this.operands = operands;
    }

    /**
     * Reads rules: words of short options without value ({@code abc}), {@code -n:} and {@code --long:} with a text,
     * {@code -f/} and {@code --long/} with a path, {@code --long?} with an optional value, {@code --long} without.
     */
    static ArgumentRules of(Operands operands, String options) {
        ArgumentRules rules = new ArgumentRules(operands);
        Stream.of(options.split(" ")).filter(each -> !each.isEmpty()).forEach(rules::add);
        return rules;
    }

    Operands operands() {
        return operands;
    }

    /** The value of an option such as {@code -n} or {@code --lines}; null if it is not allowed. */
    @Nullable
    Value option(String option) {
        return options.get(option);
    }

    private void add(String word) {
        if (!word.startsWith("-")) {
            word.chars().forEach(c -> options.put("-" + (char) c, Value.NONE));
            return;
        }
        String name = word.substring(0, word.length() - 1);
        switch (word.charAt(word.length() - 1)) {
            case ':' -> options.put(name, Value.TEXT);
            case '/' -> options.put(name, Value.PATH);
            case '?' -> options.put(name, Value.OPTIONAL);
            default -> options.put(word, Value.NONE);
        }
    }
}
