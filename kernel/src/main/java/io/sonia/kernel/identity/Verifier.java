package io.sonia.kernel.identity;

import io.sonia.kernel.json.Text;
import java.time.Instant;

/** What a service needs to check one key: its hash, whose it is and when it is valid; never the key. */
public record Verifier(
        @Text(min = 1, max = 32) String publicId,
        @Text(min = 64, max = 64) String hash,
        @Text(min = 1, max = 128) String actorId,
        Role role,
        Credential.Kind kind,
        Instant notBefore,
        Instant notAfter) {}
