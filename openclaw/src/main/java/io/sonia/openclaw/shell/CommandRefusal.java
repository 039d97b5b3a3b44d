package io.sonia.openclaw.shell;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.util.List;

/** Why a command is not run: INVALID_COMMAND with a reason. */
final class CommandRefusal {

    private CommandRefusal() {}

    static SoniaException of(String reason, String message) {
        return SoniaException.of(ErrorCode.INVALID_COMMAND, message).with("reason", reason);
    }

    /** Refuses words that no program can be told. */
    static void requireText(List<String> words) {
        if (words.stream().anyMatch(each -> each.indexOf('\0') >= 0)) {
            throw of("control_character", "The command holds a control character");
        }
    }

    /** The program may run, but not with this argument. */
    static SoniaException argument(String program, String argument) {
        return of("argument", "The program is not allowed with this argument")
                .with("program", program)
                .with("argument", argument);
    }
}
