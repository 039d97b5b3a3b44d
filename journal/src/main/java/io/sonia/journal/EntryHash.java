package io.sonia.journal;

import io.sonia.kernel.Sha256;
import io.sonia.kernel.json.CanonicalJson;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Function;
import java.util.regex.Pattern;
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
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");
    private static final int HASH_BYTES = 32;
    private static final int NULL_LENGTH = 0xFFFFFFFF;

    private final MessageDigest digest = Sha256.newDigest();
    private ByteBuffer input = ByteBuffer.allocate(2048);

    /** @param texts gives the text of a field, or null */
    String of(String prevHash, Function<AuditField, byte @Nullable []> texts) {
        input.clear();
        input.put(DOMAIN);
        input.put(HexFormat.of().parseHex(prevHash), 0, HASH_BYTES);
        for (AuditField each : AuditField.HASHED) {
            byte[] field = texts.apply(each);
            reserve(Integer.BYTES + (field == null ? 0 : field.length));
            if (field == null) {
                input.putInt(NULL_LENGTH);
            } else {
                input.putInt(field.length).put(field);
            }
        }
        digest.update(input.array(), 0, input.position());
        return HexFormat.of().formatHex(digest.digest());
    }

    /** SHA-256 of a detail in its RFC 8785 form. */
    String ofDetail(byte[] canonical) {
        return HexFormat.of().formatHex(digest.digest(canonical));
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
        return HEX.matcher(hash).matches();
    }

    private void reserve(int bytes) {
        if (input.remaining() < bytes) {
            byte[] larger = Arrays.copyOf(input.array(), input.position() + 2 * bytes + input.capacity());
            input = ByteBuffer.wrap(larger).position(input.position());
        }
    }
}
