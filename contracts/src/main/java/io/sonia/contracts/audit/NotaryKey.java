package io.sonia.contracts.audit;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A key that the notary signs with, or did.
 *
 * @param keyId 8 hex digits
 * @param publicKey as C2SP writes a verifier key
 * @param purpose audit for checkpoints, bundle for incident bundles
 * @param notAfter when it was replaced; null for the key in use
 */
public record NotaryKey(
        String keyId,
        String algorithm,
        String publicKey,
        String purpose,
        Instant notBefore,
        @Nullable Instant notAfter) {}
