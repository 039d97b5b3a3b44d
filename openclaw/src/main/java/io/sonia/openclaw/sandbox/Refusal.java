package io.sonia.openclaw.sandbox;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Violations;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/** The failures of the sandbox and of file tools, each with a reason a caller can act on. */
public final class Refusal {

    /** The reason of a failure because nothing is there. */
    public static final String NOT_FOUND = "not_found";

    private Refusal() {}

    /** The path is not one at all. */
    static SoniaException malformed(String message) {
        return Violations.single("args.path", "path", message);
    }

    /** Policy keeps tools away from there. */
    public static SoniaException outside(String reason) {
        return SoniaException.of(ErrorCode.PATH_OUTSIDE_SANDBOX).with("reason", reason);
    }

    static SoniaException link(String shown) {
        return SoniaException.of(ErrorCode.SYMLINK_DENIED).with("path", shown);
    }

    /** The tool cannot do it with what is there. */
    public static SoniaException failed(String reason, String shown) {
        return SoniaException.of(ErrorCode.TOOL_FAILED).with("reason", reason).with("path", shown);
    }

    /** As {@link #failed(String, String)}, for what the system said. */
    public static SoniaException failed(IOException cause, String shown) {
        String text = String.valueOf(cause.getMessage());
        if (text.contains("No space left") || text.contains("Disk quota exceeded")) {
            return SoniaException.of(ErrorCode.STORAGE_FULL);
        }
        String reason = switch (cause) {
            case NoSuchFileException _ -> NOT_FOUND;
            case AccessDeniedException _ -> "permission";
            default -> "io_error";
        };
        return SoniaException.caused(ErrorCode.TOOL_FAILED, cause)
                .with("reason", reason)
                .with("path", shown);
    }
}
