package io.sonia.verifier;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The public keys that a reader trusts. */
record KeyRing(List<VerifierKey> keys) {

    private static final int MAX_KEYS = 256;

    /** @param texts contents of key files, one key a line */
    static KeyRing parse(List<String> texts) {
        List<VerifierKey> keys = texts.stream()
                .flatMap(String::lines)
                .filter(line -> !line.isEmpty())
                .map(VerifierKey::parse)
                .toList();
        if (keys.isEmpty() || keys.size() > MAX_KEYS) {
            throw Refusal.of(Reason.UNKNOWN_FORMAT, "there must be 1 to " + MAX_KEYS + " keys");
        }
        return new KeyRing(keys);
    }

    /**
     * Checks signatures of known keys and passes over the others.
     *
     * @param signer name of the key that must have signed
     * @return id of that key, and who else signed
     */
    Signers verify(byte[] message, List<NoteSignature> signatures, String signer) {
        String keyId = null;
        List<Cosignature> cosignatures = new ArrayList<>();
        for (NoteSignature signature : signatures) {
            VerifierKey key = known(signature);
            if (key != null && key.type() == VerifierKey.COSIGNATURE) {
                cosignatures.add(cosignature(key, message, signature));
            } else if (key != null && !Ed25519.verify(key.key(), message, signature.bytes())) {
                throw badSignature(key);
            } else if (key != null && key.name().equals(signer)) {
                keyId = key.id();
            }
        }
        if (keyId == null) {
            throw Refusal.of(Reason.UNSIGNED, "no signature of a known key named " + signer);
        }
        return new Signers(keyId, cosignatures);
    }

    private @Nullable VerifierKey known(NoteSignature signature) {
        return keys.stream().filter(key -> key.signedAs(signature)).findFirst().orElse(null);
    }

    private static Cosignature cosignature(VerifierKey key, byte[] message, NoteSignature signature) {
        ByteBuffer bytes = ByteBuffer.wrap(signature.bytes());
        if (bytes.remaining() != Long.BYTES + Ed25519.SIGNATURE_BYTES) {
            throw badSignature(key);
        }
        long seconds = bytes.getLong();
        byte[] signed = new byte[Ed25519.SIGNATURE_BYTES];
        bytes.get(signed);
        byte[] head = ("cosignature/v1\ntime " + seconds + "\n").getBytes(StandardCharsets.US_ASCII);
        byte[] cosigned = ByteBuffer.allocate(head.length + message.length)
                .put(head)
                .put(message)
                .array();
        if (seconds < 0 || !Ed25519.verify(key.key(), cosigned, signed)) {
            throw badSignature(key);
        }
        return new Cosignature(key.name(), seconds);
    }

    private static Refusal badSignature(VerifierKey key) {
        return Refusal.of(Reason.BAD_SIGNATURE, "the signature of " + key.name() + " " + key.id() + " is wrong");
    }

    /** Who signed a text. */
    record Signers(String keyId, List<Cosignature> cosignatures) {}

    /**
     * What a witness attests.
     *
     * @param epochSeconds when it saw the checkpoint
     */
    record Cosignature(String name, long epochSeconds) {}
}
