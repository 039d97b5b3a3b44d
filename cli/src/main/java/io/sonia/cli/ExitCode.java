package io.sonia.cli;

import java.util.LinkedHashMap;
import java.util.Map;

/** What the end of a command tells a script. */
enum ExitCode {
    OK(0, "The command did what it was asked"),
    NEGATIVE(1, "It failed, or the answer is no: an audit chain that does not verify, a turn without an answer"),
    USAGE(2, "The command line is not understood"),
    NOT_RUNNING(3, "SONIA is not running"),
    INTERNAL(70, "Start refused: an internal error"),
    STORAGE(74, "Start refused: a store or the disk cannot be used"),
    PORT_TAKEN(75, "Start refused: a port is taken"),
    KEYS(77, "Start refused: a key is missing or unsafe"),
    CONFIG(78, "Start refused: configuration or policy is not valid");

    private final int code;
    private final String meaning;

    ExitCode(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    int code() {
        return code;
    }

    /** Code to meaning, for the help text. */
    static Map<String, String> meanings() {
        Map<String, String> out = new LinkedHashMap<>();
        for (ExitCode each : values()) {
            out.put(Integer.toString(each.code), each.meaning);
        }
        return out;
    }
}
