package io.sonia.verifier;

import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Base64 in the one form that bytes have: with padding, and the unused bits zero. */
final class Base64Text {

    private Base64Text() {}

    /** The bytes, or null for text that is not exactly their form. */
    static byte @Nullable [] decode(String text) {
        try {
            byte[] bytes = Base64.getDecoder().decode(text);
            return Base64.getEncoder().encodeToString(bytes).equals(text) ? bytes : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** The bytes of a hash, or null. */
    static byte @Nullable [] decodeHash(String text) {
        byte[] bytes = decode(text);
        return bytes != null && bytes.length == Merkle.HASH_BYTES ? bytes : null;
    }
}
