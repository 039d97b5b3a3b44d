package io.sonia.kernel.identity;

import io.sonia.kernel.json.CanonicalJson;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Text;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All valid keys as EVA-OS knows them, signed (Ed25519 over the RFC 8785 form without the signature).
 *
 * @param generation grows with every change
 * @param issuedAt when it was signed; a set that is too old is not trusted
 */
public record VerifierSet(
        long generation,
        Instant issuedAt,
        @Items(max = VerifierSet.MOST) List<Verifier> principals,
        @Text(min = 1, max = 64) String keyId,
        @Text(min = 1, max = 128) String signature) {

    /** Keys in one set; as many still fit into a file and an answer. */
    public static final int MOST = 3_500;

    public static VerifierSet sign(
            long generation, Instant issuedAt, List<Verifier> principals, String keyId, PrivateKey key) {
        VerifierSet unsigned = new VerifierSet(generation, issuedAt, principals, keyId, "-");
        byte[] signature = Ed25519.sign(key, unsigned.signedBytes());
        return new VerifierSet(
                generation, issuedAt, principals, keyId, Base64.getEncoder().encodeToString(signature));
    }

    public boolean signedBy(PublicKey key) {
        try {
            return Ed25519.verify(key, signedBytes(), Base64.getDecoder().decode(signature));
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }

    private byte[] signedBytes() {
        Map<String, @Nullable Object> map = new LinkedHashMap<>(Json.plain(this));
        map.remove("signature");
        return CanonicalJson.bytes(map);
    }
}
