package io.sonia.kernel.identity;

import io.sonia.kernel.Ids;
import io.sonia.kernel.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * An opaque key: a prefix for the kind, a 12-character public id, 256 random bits and a CRC-32 checksum for secret
 * scanners, such as {@code sk-sonia-1a2b3c4d5e6f.<43 base64url><8 hex>}. Only its SHA-256 is ever stored by the issuer.
 */
public record Credential(Kind kind, String publicId, String text) {

    /** Whose key it is, told by its prefix. */
    public enum Kind {
        PERSON("sk-sonia-"),
        SERVICE("st-sonia-");

        private final String prefix;

        Kind(String prefix) {
            this.prefix = prefix;
        }
    }

    private static final int PUBLIC_ID = 12;
    private static final int SECRET = 43;
    private static final int CHECKSUM = 8;

    /** Makes a new key from fresh randomness. */
    public static Credential issue(Kind kind, Ids ids) {
        String publicId = ids.hex(PUBLIC_ID / 2);
        String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(ids.bytes(32));
        String body = kind.prefix + publicId + "." + secret;
        return new Credential(kind, publicId, body + checksum(body));
    }

    /** Reads a key; empty if it is not well formed. Says nothing about whether it is valid. */
    public static Optional<Credential> parse(String text) {
        for (Kind kind : Kind.values()) {
            int length = kind.prefix.length() + PUBLIC_ID + 1 + SECRET + CHECKSUM;
            if (text.startsWith(kind.prefix) && text.length() == length) {
                int end = kind.prefix.length() + PUBLIC_ID;
                String body = text.substring(0, length - CHECKSUM);
                boolean sound = text.charAt(end) == '.' && text.endsWith(checksum(body));
                return sound
                        ? Optional.of(new Credential(kind, text.substring(kind.prefix.length(), end), text))
                        : Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** The form in which an issuer keeps the key. */
    public String hash() {
        return Sha256.hex(text);
    }

    @Override
    public String toString() {
        return kind.prefix + publicId + ".***";
    }

    private static String checksum(String body) {
        CRC32 crc = new CRC32();
        crc.update(body.getBytes(StandardCharsets.US_ASCII));
        return HexFormat.of().toHexDigits(crc.getValue(), CHECKSUM);
    }
}
