package io.sonia.contracts.router;

import io.sonia.kernel.json.Text;
import io.sonia.kernel.json.Violations;
import org.jspecify.annotations.Nullable;

/**
 * A piece of a message: text, or an image as base64 with its media type.
 *
 * @param data base64 (RFC 4648 section 4) of an image of at most 1 MiB
 */
public record ContentPart(
        Kind type,
        @Nullable @Text(min = 1, max = MAX_TEXT) String text,

        @Nullable @Text(min = 4, max = 1_400_000, pattern = "[A-Za-z0-9+/]+={0,2}")
        String data,

        @Nullable @Text(pattern = "image/(png|jpeg|webp|gif)")
        String mimeType) {

    /** Bounded by the body (8 MiB) before this. */
    static final int MAX_TEXT = 8 * 1024 * 1024;

    /** What a part holds. */
    public enum Kind {
        TEXT,
        IMAGE
    }

    public ContentPart {
        boolean whole = type == Kind.TEXT ? text != null : data != null && mimeType != null;
        if (!whole) {
            throw Violations.single("content", "required", "a text part needs text, an image part data and mime_type");
        }
    }

    public static ContentPart text(String text) {
        return new ContentPart(Kind.TEXT, text, null, null);
    }

    public static ContentPart image(String base64, String mimeType) {
        return new ContentPart(Kind.IMAGE, null, base64, mimeType);
    }
}
