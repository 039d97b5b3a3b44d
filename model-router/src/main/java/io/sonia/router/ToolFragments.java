package io.sonia.router;

import io.sonia.contracts.router.ToolCall;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One tool call of a stream, put together from its fragments. */
final class ToolFragments {

    private static final int MAX_ARGUMENTS = 1024 * 1024;
    private static final int MAX_NAME = 128;

    private final StringBuilder arguments = new StringBuilder();
    private String id = "";
    private String name = "";

    /** Takes whichever parts a fragment brings; the first id and name stay. */
    void add(String idPart, String namePart, String argumentsPart) {
        id = id.isEmpty() ? idPart : id;
        name = name.isEmpty() ? namePart : name;
        if (arguments.length() + argumentsPart.length() > MAX_ARGUMENTS) {
            throw Answers.wrong("the arguments of a tool call are larger than " + MAX_ARGUMENTS + " characters");
        }
        arguments.append(argumentsPart);
    }

    /** The whole call; DEPENDENCY_FAILED if it has no name or its arguments are no JSON object. No arguments are {}. */
    ToolCall whole(ToolNames names, Ids ids) {
        if (name.isEmpty() || name.length() > MAX_NAME || id.length() > MAX_NAME) {
            throw Answers.wrong("it asked for a tool without a usable name");
        }
        return new ToolCall(id.isEmpty() ? ids.next("call_") : id, names.inward(name), parsed());
    }

    private Map<String, @Nullable Object> parsed() {
        if (arguments.toString().isBlank()) {
            return Map.of();
        }
        try {
            return Json.parseObject(arguments.toString());
        } catch (SoniaException malformed) {
            throw Answers.wrong("the arguments of a tool call are not a JSON object");
        }
    }
}
