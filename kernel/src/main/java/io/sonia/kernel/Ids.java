package io.sonia.kernel;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * Makes ids: a prefix that names the kind, and 96 bits as 24 hex digits. The first 64 count up from a random start, so
 * that what one process makes in a row lies side by side in an index, which saves most of the pages that a commit
 * writes; the other 32 are random. An id is a name, never a secret.
 */
public final class Ids {

    private static final Pattern WELL_FORMED = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

    private final SecureRandom random;
    private final AtomicLong next;

    public Ids(SecureRandom random) {
        this.random = random;
        this.next = new AtomicLong(random.nextLong());
    }

    /** A new id such as {@code act_5f1c...}; {@code prefix} holds its own underscore. */
    public String next(String prefix) {
        HexFormat hex = HexFormat.of();
        return prefix + hex.toHexDigits(next.getAndIncrement()) + hex.toHexDigits(random.nextInt());
    }

    /** Fresh random bytes as hex digits, two for each. */
    public String hex(int count) {
        return HexFormat.of().formatHex(bytes(count));
    }

    /** Fresh random bytes, for secrets and nonces. */
    public byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    /** A number from 0 (included) to {@code bound} (excluded), for jitter. */
    public int below(int bound) {
        return random.nextInt(bound);
    }

    /** Returns {@code id} if it has the form of an id, else refuses it as INVALID_ARGUMENT. */
    public static String checked(String id) {
        if (!WELL_FORMED.matcher(id).matches()) {
            throw SoniaException.of(ErrorCode.INVALID_ARGUMENT, "The id is not well formed")
                    .with("expected", WELL_FORMED.pattern());
        }
        return id;
    }
}
