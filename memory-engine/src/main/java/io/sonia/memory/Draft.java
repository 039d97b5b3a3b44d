package io.sonia.memory;

import io.sonia.contracts.memory.Source;
import io.sonia.contracts.memory.StoreRequest;
import io.sonia.contracts.memory.Subtype;
import io.sonia.contracts.memory.TypedStore;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A memory made ready to be written, so that the writer does nothing but write.
 *
 * @param topic what it is about, for a typed memory that others can contradict
 */
record Draft(
        String type,
        @Nullable Subtype subtype,
        @Nullable String userId,
        @Nullable String sessionId,
        Source source,
        String metadata,
        Text text,
        @Nullable String topic,
        Validity validity) {

    /** The text of a memory with what is worked out from it. */
    record Text(String content, int bytes, String hash, String words) {

        /** A free text, which is searched as it is. */
        static Text of(String content) {
            return of(content, content);
        }

        /** Content of a form of its own, and the text of it that is searched. */
        static Text of(String content, String searched) {
            byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
            return new Text(content, bytes.length, Sha256.hex(bytes), Words.indexed(searched));
        }

        static Text of(TypedContent content) {
            return of(Json.text(content), content.text());
        }
    }

    /** From when, included, until when, excluded, something holds; null is ever. */
    record Validity(@Nullable Instant from, @Nullable Instant until) {

        static final Validity EVER = new Validity(null, null);

        /** True if there is a moment at which both hold. */
        boolean overlaps(Validity other) {
            return before(from, other.until) && before(other.from, until);
        }

        private static boolean before(@Nullable Instant from, @Nullable Instant until) {
            return from == null || until == null || from.isBefore(until);
        }
    }

    static Draft of(StoreRequest request) {
        return new Draft(
                request.type(),
                null,
                request.userId(),
                request.sessionId(),
                request.source(),
                Json.text(request.metadata()),
                Text.of(request.content()),
                null,
                Validity.EVER);
    }

    static Draft of(TypedStore request, TypedContent content, Validity validity) {
        return new Draft(
                request.type(),
                request.subtype(),
                request.userId(),
                null,
                Source.DIRECT,
                Json.text(request.metadata()),
                Text.of(content),
                content.topic(),
                validity);
    }
}
