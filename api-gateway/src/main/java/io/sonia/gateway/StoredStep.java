package io.sonia.gateway;

import io.sonia.contracts.router.ToolCall;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.json.CanonicalJson;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import io.sonia.kernel.json.Timestamps;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A step as it is in the journal.
 *
 * @param at when the answer was there
 */
record StoredStep(
        int ordinal,
        String kind,
        Map<String, @Nullable Object> request,
        Map<String, @Nullable Object> response,
        @Nullable String policyVersion,
        Instant at) {

    static StoredStep of(int ordinal, TurnStep step, Instant at) {
        return new StoredStep(
                ordinal,
                String.valueOf(TurnStep.KINDS.get(step.getClass())),
                Json.plain(step.request()),
                Json.plain(step.response()),
                step.policyVersion(),
                at);
    }

    TurnStep step() {
        Empty none = new Empty();
        return switch (kind) {
            case "began" -> new TurnStep.Began(read(TurnStep.Opening.class, request), none);
            case "recalled" -> new TurnStep.Recalled(none, read(TurnStep.Memories.class, response));
            case "asked" -> new TurnStep.Asked(none, read(TurnStep.Said.class, response));
            case "model" ->
                new TurnStep.Modelled(read(TurnStep.Question.class, request), read(TurnStep.Answer.class, response));
            case "tool" -> new TurnStep.Called(read(ToolCall.class, request), read(TurnStep.Outcome.class, response));
            case "ended" -> new TurnStep.Ended(none, read(TurnStep.End.class, response));
            default -> throw new IllegalStateException("expected the kind of a step, met " + kind);
        };
    }

    private static <T extends Record> T read(Class<T> type, Map<String, @Nullable Object> json) {
        return Shape.of(type).readAnswer(json);
    }

    /** SHA-256 over this step and, through {@code previous}, all before it. */
    String digest(String previous) {
        Map<String, @Nullable Object> hashed = new LinkedHashMap<>();
        hashed.put("previous", previous);
        hashed.put("ordinal", ordinal);
        hashed.put("kind", kind);
        hashed.put("request", request);
        hashed.put("response", response);
        hashed.put("policy_version", policyVersion);
        hashed.put("created_at", Timestamps.format(at));
        return CanonicalJson.sha256(hashed);
    }
}
