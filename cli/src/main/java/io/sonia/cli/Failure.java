package io.sonia.cli;

import java.util.List;

/** Ends a command: an exit code and one line that names what failed, its cause and its cure. */
final class Failure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int exitCode;
    private final transient List<String> more;

    private Failure(int exitCode, String line, List<String> more) {
        super(line);
        this.exitCode = exitCode;
        this.more = more;
    }

    static Failure of(ExitCode code, String what, String cause, String cure) {
        return ofProcess(code.code(), what, cause, cure);
    }

    /** As {@link #of}, with the code that another process ended with. */
    static Failure ofProcess(int exitCode, String what, String cause, String cure) {
        return new Failure(exitCode, what + " - " + cause + " - " + cure, List.of());
    }

    /** The same with lines to show below the first, such as each problem of a configuration. */
    Failure with(List<String> lines) {
        return new Failure(exitCode, line(), lines);
    }

    int exitCode() {
        return exitCode;
    }

    /** The line to show, without the name of the program. */
    String line() {
        return String.valueOf(getMessage());
    }

    List<String> more() {
        return more;
    }
}
