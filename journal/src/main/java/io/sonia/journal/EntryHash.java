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
    private static final byte[] DIGITS = digits();
    private static final int NULL_LENGTH = 0xFFFFFFFF;

    private final MessageDigest digest = Sha256.newDigest();
    private ByteBuffer input = ByteBuffer.allocate(2048);

    /** @param texts gives the text of a field, or null */
    String of(String prevHash, Function<AuditField, byte @Nullable []> texts) {
        byte[] before = prevHash.getBytes(StandardCharsets.UTF_8);
        if (!begin(before, 0, before.length)) {
            throw new IllegalArgumentException("expected a hash in hex, met " + prevHash);
        }
        for (AuditField each : AuditField.HASHED) {
            byte[] field = texts.apply(each);
            if (field == null) {
                absent();
            } else {
                add(field, 0, field.length);
            }
        }
        digest.update(input.array(), 0, input.position());
        return HexFormat.of().formatHex(digest.digest());
    }

    /**
     * Starts an entry. Its fields follow in their order.
     *
     * @param text has the hash before, in hex
     * @return false if it is no such hash
     */
    boolean begin(byte[] text, int from, int end) {
        input.clear();
        input.put(DOMAIN);
        if (end - from != 2 * HASH_BYTES) {
            return false;
        }
        int wrong = 0;
        for (int at = from; at < end; at += 2) {
            int value = digit(text[at]) << 4 | digit(text[at + 1]);
            wrong |= value;
            input.put((byte) value);
        }
        return wrong >= 0;
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

    /** Ends an entry: whether that text is its hash, in hex. */
    boolean endsAs(byte[] text, int from, int end) {
        digest.update(input.array(), 0, input.position());
        return found(text, from, end);
    }

    /** SHA-256 of a detail in its RFC 8785 form. */
    String ofDetail(byte[] canonical) {
        return HexFormat.of().formatHex(digest.digest(canonical));
    }

    /** Whether a part of the text is the hash of a detail, which is another part. */
    boolean isOfDetail(byte[] text, int from, int end, int hashFrom, int hashEnd) {
        digest.update(text, from, end - from);
        return found(text, hashFrom, hashEnd);
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
        return hash.length() == 2 * HASH_BYTES && hash.chars().allMatch(each -> each < 0x80 && digit(each) >= 0);
    }

    /** Whether that text is what was digested, in hex. */
    private boolean found(byte[] text, int from, int end) {
        byte[] hash = digest.digest();
        if (end - from != 2 * HASH_BYTES) {
            return false;
        }
        int wrong = 0;
        for (int i = 0; i < HASH_BYTES; i++) {
            int value = digit(text[from + 2 * i]) << 4 | digit(text[from + 2 * i + 1]);
            wrong |= value ^ (hash[i] & 0xFF);
        }
        return wrong == 0;
    }

    /** The value of a hex digit in lower case, or -1. */
    private static int digit(int text) {
        return DIGITS[text & 0xFF];
    }

    private static byte[] digits() {
        byte[] digits = new byte[256];
        Arrays.fill(digits, (byte) -1);
        for (int value = 0; value < 16; value++) {
            digits[Character.forDigit(value, 16)] = (byte) value;
        }
        return digits;
    }

    private void reserve(int bytes) {
        if (input.remaining() < bytes) {
            byte[] larger = Arrays.copyOf(input.array(), input.position() + 2 * bytes + input.capacity());
            input = ByteBuffer.wrap(larger).position(input.position());
        }
    }
}
