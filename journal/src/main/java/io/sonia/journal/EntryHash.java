package io.sonia.journal;

import io.sonia.kernel.Sha256;
import io.sonia.kernel.json.CanonicalJson;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Computes the hash of an audit entry: SHA-256 over {@code sonia-audit-v1}, a line feed, the 32 bytes of
 * {@code prev_hash}, and each field from {@code chain} to {@code detail_hash} as its length (32 bits, big-endian) and
 * its UTF-8 text; null is the length 0xFFFFFFFF alone. Not for use by two threads.
 */
final class EntryHash {

    /** What the first entry has as {@code prev_hash}. */
    static final String ZEROS = "0".repeat(64);

    private static final byte[] DOMAIN = "sonia-audit-v1\n".getBytes(StandardCharsets.US_ASCII);
    private static final int HASH_BYTES = 32;
    private static final int NULL_LENGTH = 0xFFFFFFFF;

    private final MessageDigest digest = Sha256.newDigest();
    private ByteBuffer input = ByteBuffer.allocate(2048);

    /** @param texts gives the text of a field, or null */
    String of(String prevHash, Function<AuditField, byte @Nullable []> texts) {
        begin(prevHash);
        for (AuditField each : AuditField.HASHED) {
            byte[] field = texts.apply(each);
            if (field == null) {
                absent();
            } else {
                add(field, 0, field.length);
            }
        }
        return end();
    }

    /** Starts an entry. Its fields follow in their order. */
    void begin(String prevHash) {
        input.clear();
        input.put(DOMAIN);
        input.put(HexFormat.of().parseHex(prevHash), 0, HASH_BYTES);
    }

    /** The next field, which is null. */
    void absent() {
        reserve(Integer.BYTES);
        input.putInt(NULL_LENGTH);
    }

    /** The next field. */
    void add(byte[] bytes, int from, int length) {
        reserve(Integer.BYTES + length);
        input.putInt(length).put(bytes, from, length);
    }

    /** The hash of the entry, in hex. */
    String end() {
        digest.update(input.array(), 0, input.position());
        return HexFormat.of().formatHex(digest.digest());
    }

    /** SHA-256 of a detail in its RFC 8785 form. */
    String ofDetail(byte[] canonical) {
        return ofDetail(canonical, 0, canonical.length);
    }

    String ofDetail(byte[] bytes, int from, int length) {
        digest.update(bytes, from, length);
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The text of a field's value, as hashed. */
    static byte @Nullable [] text(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case String text -> text.getBytes(StandardCharsets.UTF_8);
            case Long number -> Long.toString(number).getBytes(StandardCharsets.US_ASCII);
            case Double number -> CanonicalJson.bytes(number);
            default -> throw new IllegalArgumentException("no audit form for " + value.getClass());
        };
    }

    /** True for 32 bytes in hex. */
    static boolean wellFormed(String hash) {
        if (hash.length() != 2 * HASH_BYTES) {
            return false;
        }
        for (int i = 0; i < hash.length(); i++) {
            char digit = hash.charAt(i);
            if ((digit < '0' || digit > '9') && (digit < 'a' || digit > 'f')) {
                return false;
            }
        }
        return true;
    }

    private void reserve(int bytes) {
        if (input.remaining() < bytes) {
            byte[] larger = Arrays.copyOf(input.array(), input.position() + 2 * bytes + input.capacity());
            input = ByteBuffer.wrap(larger).position(input.position());
        }
    }
}
