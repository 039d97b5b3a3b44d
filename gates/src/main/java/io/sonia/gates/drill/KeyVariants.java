package io.sonia.gates.drill;

import io.sonia.kernel.json.WireNamed;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;

/** Texts that look much like valid keys and are none. */
final class KeyVariants {

    /** What was done to a key. */
    enum Change {
        ONE_BIT,
        TWO_BITS,
        ONE_BIT_RESEALED,
        TRUNCATED,
        EXTENDED,
        CASE_CHANGED,
        CHARACTERS_SWAPPED,
        OTHER_SECRET_RESEALED,
        OTHER_KIND_RESEALED
    }

    /** A text that must be refused. */
    record Variant(Change change, String text) {

        String name() {
            return WireNamed.of(change);
        }
    }

    private static final int CHECKSUM = 8;
    private static final int BITS = 7;
    private static final int PREFIX = "sk-sonia-".length();
    private static final int SECRET_AT = PREFIX + 12 + 1;
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";

    private final List<String> keys;
    private final Random random;

    /** @param keys at least two */
    KeyVariants(List<String> keys, Random random) {
        this.keys = keys;
        this.random = random;
    }

    Variant next() {
        Change change = Change.values()[random.nextInt(Change.values().length)];
        String key = keys.get(random.nextInt(keys.size()));
        String text = key;
        // Case, a swap of equals or the secret of the same key can leave all as it was.
        while (keys.contains(text)) {
            text = changed(key, change);
        }
        return new Variant(change, text);
    }

    private String changed(String key, Change change) {
        return switch (change) {
            case ONE_BIT -> flipped(key, 0, key.length());
            case TWO_BITS -> flipped(flipped(key, 0, key.length()), 0, key.length());
            case ONE_BIT_RESEALED -> resealed(secretChanged(key));
            case TRUNCATED -> truncated(key);
            case EXTENDED -> extended(key);
            case CASE_CHANGED -> caseChanged(key);
            case CHARACTERS_SWAPPED -> swapped(key);
            case OTHER_SECRET_RESEALED -> {
                String other = keys.get(random.nextInt(keys.size()));
                yield resealed(key.substring(0, SECRET_AT) + other.substring(SECRET_AT));
            }
            case OTHER_KIND_RESEALED ->
                resealed((key.startsWith("sk-") ? "st-" : "sk-") + key.substring("sk-".length()));
        };
    }

    private String flipped(String key, int from, int to) {
        char[] chars = key.toCharArray();
        chars[from + random.nextInt(to - from)] ^= (char) (1 << random.nextInt(BITS));
        return new String(chars);
    }

    private String secretChanged(String key) {
        return flipped(key, SECRET_AT, key.length() - CHECKSUM);
    }

    private String truncated(String key) {
        int cut = 1 + random.nextInt(key.length() - 1);
        return random.nextBoolean() ? key.substring(cut) : key.substring(0, key.length() - cut);
    }

    private String extended(String key) {
        int at = random.nextInt(key.length() + 1);
        char more = ALPHABET.charAt(random.nextInt(ALPHABET.length()));
        return key.substring(0, at) + more + key.substring(at);
    }

    private String caseChanged(String key) {
        char[] chars = key.toCharArray();
        boolean all = random.nextInt(10) == 0;
        int one = random.nextInt(chars.length);
        for (int i = 0; i < chars.length; i++) {
            if ((all || i == one) && Character.isLetter(chars[i])) {
                chars[i] ^= ' ';
            }
        }
        return new String(chars);
    }

    private String swapped(String key) {
        char[] chars = key.toCharArray();
        int a = random.nextInt(chars.length);
        int b = random.nextInt(chars.length);
        char kept = chars[a];
        chars[a] = chars[b];
        chars[b] = kept;
        return new String(chars);
    }

    /** The same text with a checksum that is right. */
    private static String resealed(String key) {
        String body = key.substring(0, key.length() - CHECKSUM);
        CRC32 crc = new CRC32();
        crc.update(body.getBytes(StandardCharsets.US_ASCII));
        return body + HexFormat.of().toHexDigits(crc.getValue(), CHECKSUM);
    }
}
