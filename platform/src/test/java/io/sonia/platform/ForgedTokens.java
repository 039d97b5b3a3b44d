package io.sonia.platform;

import io.sonia.kernel.identity.Ed25519;
import io.sonia.kernel.json.CanonicalJson;
import io.sonia.kernel.json.Json;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;

/** A genuine grant made into one that nobody gave. */
final class ForgedTokens {

    private static final String PREFIX = "sgr_";
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private final String payload;
    private final String signature;

    ForgedTokens(String genuine) {
        int dot = genuine.indexOf('.');
        this.payload = genuine.substring(PREFIX.length(), dot);
        this.signature = genuine.substring(dot + 1);
    }

    /** With other fields inside, under the signature of the genuine one. */
    String changed(Map<String, Object> fields) {
        return PREFIX + ENCODER.encodeToString(content(fields)) + "." + signature;
    }

    /** Edited as text; {@code other} is another genuine one. */
    String edited(String how, String other) {
        String genuine = PREFIX + payload + "." + signature;
        char last = signature.charAt(signature.length() - 1);
        return switch (how) {
            case "signature empty", "payload only" -> PREFIX + payload + ".";
            case "signature cut" -> genuine.substring(0, genuine.length() - 2);
            case "signature flipped" ->
                PREFIX + payload + "." + (signature.charAt(0) == 'A' ? 'B' : 'A') + signature.substring(1);
            case "signature of other" -> PREFIX + payload + other.substring(other.indexOf('.'));
            case "signed by another" -> PREFIX + payload + "." + ENCODER.encodeToString(signedByAnother());
            case "no dot" -> PREFIX + payload + signature;
            case "no prefix" -> payload + "." + signature;
            case "prefix sgr2_" -> "sgr2_" + payload + "." + signature;
            case "padded" -> genuine + "==";
            case "spare bits" ->
                genuine.substring(0, genuine.length() - 1) + ALPHABET.charAt(ALPHABET.indexOf(last) + 1);
            case "trailing" -> genuine + ".x";
            case "leading blank" -> " " + genuine;
            case "none" -> PREFIX + ENCODER.encodeToString(content(Map.of("key_id", "none"))) + ".";
            case "plain json" -> PREFIX + new String(content(Map.of()), StandardCharsets.UTF_8) + "." + signature;
            case "too long" -> genuine + "A".repeat(2048);
            case "doubled" -> genuine + genuine;
            default -> throw new IllegalArgumentException("no such edit: " + how);
        };
    }

    private byte[] content(Map<String, Object> changed) {
        Map<String, Object> fields = Json.parseObject(Base64.getUrlDecoder().decode(payload));
        fields.putAll(changed);
        return CanonicalJson.bytes(fields);
    }

    private byte[] signedByAnother() {
        try {
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            return Ed25519.sign(pair.getPrivate(), Base64.getUrlDecoder().decode(payload));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
