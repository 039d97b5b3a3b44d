package io.sonia.openclaw.tools;

import io.sonia.contracts.openclaw.Verification;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Calls a tool the way the executor does: prepare, inspect, run, verify. */
public final class Tools {

    private Tools() {}

    /** What a call came to; a failure is thrown. */
    public record Done(Ran ran, Verification verification) {

        @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
        public <R extends Record> R result() {
            return (R) ran.result();
        }
    }

    public static <A extends Record> PreparedCall prepared(Tool<A> tool, String json) {
        return prepared(tool, Json.parseObject(json.replace('\'', '"')));
    }

    public static <A extends Record> PreparedCall prepared(Tool<A> tool, Map<String, ?> args) {
        return tool.prepare(Shape.of(tool.argsType()).read(new LinkedHashMap<>(args)));
    }

    /** Calls with arguments as JSON in which ' stands for ". */
    public static <A extends Record> Done call(Tool<A> tool, String json, ToolRun run) throws IOException {
        return call(prepared(tool, json), run);
    }

    public static Done call(PreparedCall prepared, ToolRun run) throws IOException {
        prepared.inspect();
        Ran ran = prepared.run(run);
        SoniaException failure = ran.failure();
        if (failure != null) {
            throw failure;
        }
        return new Done(ran, prepared.verify(run));
    }
}
