package io.sonia.verifier;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** Keys made from a text in this repository, so known to everybody: for tests only, they prove nothing. */
final class SampleNotary {

    private final KeyPair pair;
    private final String name;
    private final int type;

    private SampleNotary(KeyPair pair, String name, int type) {
        this.pair = pair;
        this.name = name;
        this.type = type;
    }

    /** The first audit key of an installation. */
    static SampleNotary installation(String seed) {
        KeyPair pair = pair("sonia test key " + seed);
        byte[] digest = Merkle.sha256().digest(publicKey(pair));
        return new SampleNotary(pair, "sonia/" + HexFormat.of().formatHex(digest, 0, 8), VerifierKey.NOTE);
    }

    /** The audit key of the same installation after a rotation. */
    SampleNotary rotated() {
        return new SampleNotary(pair("sonia test key, the next of " + name), name, type);
    }

    SampleNotary bundleKey() {
        return new SampleNotary(pair("sonia test key for bundles of " + name), name + "/bundle", type);
    }

    static SampleNotary witness(String name) {
        return new SampleNotary(pair("sonia test key of a witness " + name), name, VerifierKey.COSIGNATURE);
    }

    String name() {
        return name;
    }

    /** The line in a key file. */
    String verifierKey() {
        byte[] typed = typedKey();
        return name + "+" + HexFormat.of().formatHex(keyId()) + "+"
                + Base64.getEncoder().encodeToString(typed) + "\n";
    }

    /** The three lines that a checkpoint signs. */
    String body(String chain, Tree tree) {
        return name + "/" + chain + "\n" + tree.size() + "\n"
                + Base64.getEncoder().encodeToString(tree.root()) + "\n";
    }

    String checkpoint(String chain, Tree tree) {
        String body = body(chain, tree);
        return body + "\n" + signatureLine(body);
    }

    String signatureLine(String text) {
        return line(sign(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** A line of a witness that saw the checkpoint at a time. */
    String cosignatureLine(String body, long epochSeconds) {
        byte[] signed = sign(("cosignature/v1\ntime " + epochSeconds + "\n" + body).getBytes(StandardCharsets.UTF_8));
        return line(ByteBuffer.allocate(Long.BYTES + signed.length)
                .putLong(epochSeconds)
                .put(signed)
                .array());
    }

    private String line(byte[] signature) {
        byte[] bytes = ByteBuffer.allocate(VerifierKey.ID_BYTES + signature.length)
                .put(keyId())
                .put(signature)
                .array();
        return "\u2014 " + name + " " + Base64.getEncoder().encodeToString(bytes) + "\n";
    }

    private byte[] keyId() {
        MessageDigest digest = Merkle.sha256();
        digest.update((name + "\n").getBytes(StandardCharsets.UTF_8));
        return Arrays.copyOf(digest.digest(typedKey()), VerifierKey.ID_BYTES);
    }

    private byte[] typedKey() {
        byte[] key = publicKey(pair);
        return ByteBuffer.allocate(1 + key.length).put((byte) type).put(key).array();
    }

    private byte[] sign(byte[] message) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(pair.getPrivate());
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] publicKey(KeyPair pair) {
        byte[] encoded = pair.getPublic().getEncoded();
        return Arrays.copyOfRange(encoded, encoded.length - Ed25519.KEY_BYTES, encoded.length);
    }

    private static KeyPair pair(String text) {
        byte[] seed = Merkle.sha256().digest(text.getBytes(StandardCharsets.UTF_8));
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
            generator.initialize(255, new FixedRandom(seed));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Gives its seed, so that the same text makes the same key. */
    private static final class FixedRandom extends SecureRandom {

        private static final long serialVersionUID = 1L;

        private final byte[] seed;

        private FixedRandom(byte[] seed) {
            this.seed = seed;
        }

        @Override
        public void nextBytes(byte[] bytes) {
            System.arraycopy(seed, 0, bytes, 0, bytes.length);
        }
    }
}
