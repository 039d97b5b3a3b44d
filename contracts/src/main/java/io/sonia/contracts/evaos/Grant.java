package io.sonia.contracts.evaos;

import io.sonia.contracts.RiskTier;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.identity.Ed25519;
import io.sonia.kernel.json.CanonicalJson;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * EVA-OS's signed permission for one execution of one call. As a token it is {@code sgr_}, the base64url of its RFC 8785
 * form, a dot and the base64url of the Ed25519 signature over that form.
 *
 * @param digest the {@link CallDigest} it is bound to
 * @param decidedBy the person who approved, or {@code policy}
 */
public record Grant(
        String grantId,
        String approvalId,
        String tool,
        String digest,
        String requester,
        String policyVersion,
        RiskTier riskTier,
        long fenceToken,
        String decidedBy,
        Instant issuedAt,
        Instant expiresAt,
        String audience,
        String keyId) {

    /** The only service that executes. */
    public static final String AUDIENCE = "openclaw";

    private static final String PREFIX = "sgr_";
    private static final int MAX_LENGTH = 2048;
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    /** The token. */
    public String signedWith(PrivateKey key) {
        byte[] payload = canonical();
        return token(payload, Ed25519.sign(key, payload));
    }

    /** SHA-256 of the signed form: enough to know the grant again, not to use it. */
    public String hash() {
        return Sha256.hex(canonical());
    }

    private byte[] canonical() {
        return CanonicalJson.bytes(Json.plain(this));
    }

    /**
     * Reads a token that EVA-OS signed.
     *
     * @throws SoniaException INVALID_APPROVAL with {@code details.reason} malformed or signature
     */
    public static Grant verified(String token, PublicKey key) {
        int dot = token.indexOf('.');
        if (token.length() > MAX_LENGTH || !token.startsWith(PREFIX) || dot < 0) {
            throw invalid("malformed");
        }
        byte[] payload = decoded(token.substring(PREFIX.length(), dot));
        byte[] signature = decoded(token.substring(dot + 1));
        // Base64 has spare bits at the end; one grant has one token.
        if (!token(payload, signature).equals(token)) {
            throw invalid("malformed");
        }
        if (!Ed25519.verify(key, payload, signature)) {
            throw invalid("signature");
        }
        try {
            return Shape.of(Grant.class).read(Json.parseObject(payload));
        } catch (SoniaException e) {
            throw invalid("malformed");
        }
    }

    /**
     * Checks that this grant is for exactly that call, at that time, under the policy in force.
     *
     * @throws SoniaException INVALID_APPROVAL with {@code details.reason} scope_mismatch, policy_changed or expired
     */
    public void requireFor(
            String calledTool, Map<String, @Nullable Object> args, String actorId, String policyInForce, Instant now) {
        boolean same = audience.equals(AUDIENCE)
                && tool.equals(calledTool)
                && requester.equals(actorId)
                && digest.equals(CallDigest.of(calledTool, args, actorId, policyVersion));
        if (!same) {
            throw invalid("scope_mismatch");
        }
        if (!policyVersion.equals(policyInForce)) {
            throw invalid("policy_changed");
        }
        if (!now.isBefore(expiresAt)) {
            throw invalid("expired");
        }
    }

    /** The refusal of a grant; {@code reason} is one of the wire contract's. */
    public static SoniaException invalid(String reason) {
        return SoniaException.of(ErrorCode.INVALID_APPROVAL).with("reason", reason);
    }

    private static String token(byte[] payload, byte[] signature) {
        return PREFIX + ENCODER.encodeToString(payload) + "." + ENCODER.encodeToString(signature);
    }

    private static byte[] decoded(String text) {
        try {
            return Base64.getUrlDecoder().decode(text.getBytes(StandardCharsets.ISO_8859_1));
        } catch (IllegalArgumentException e) {
            throw invalid("malformed");
        }
    }
}
