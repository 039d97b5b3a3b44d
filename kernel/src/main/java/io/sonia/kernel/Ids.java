package io.sonia.kernel;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** Makes ids: a prefix that names the kind and 96 random bits as 24 hex digits. */
public final class Ids {

    private static final int RANDOM_BYTES = 12;
    private static final Pattern WELL_FORMED = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

    private final SecureRandom random;

    public Ids(SecureRandom random) {
        this.random = random;
    }

    /** A new id such as {@code act_5f1c...}; {@code prefix} holds its own underscore. */
    public String next(String prefix) {
        return prefix + HexFormat.of().formatHex(bytes(RANDOM_BYTES));
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
