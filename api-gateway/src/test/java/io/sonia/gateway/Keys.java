package io.sonia.gateway;

import io.sonia.kernel.Clock;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.identity.Credential;
import io.sonia.kernel.identity.Ed25519;
import io.sonia.kernel.identity.Role;
import io.sonia.kernel.identity.Verifier;
import io.sonia.kernel.identity.VerifierSet;
import io.sonia.kernel.identity.Verifiers;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;

/** An issuer of keys: the gateway's own token and one operator's key, with what recognises them. */
final class Keys {

    static final String OPERATOR = "usr_operator";

    final Credential gateway;
    final Credential operator;
    final Verifiers verifiers;

    Keys(Clock clock, Ids ids) {
        KeyPair issuer = Ed25519.newKeyPair();
        gateway = Credential.issue(Credential.Kind.SERVICE, ids);
        operator = Credential.issue(Credential.Kind.PERSON, ids);
        verifiers = new Verifiers(issuer.getPublic(), clock, Duration.ofMinutes(5));
        verifiers.accept(VerifierSet.sign(
                1,
                clock.now(),
                List.of(
                        verifier(gateway, ServiceName.API_GATEWAY.wireName(), Role.SERVICE, clock),
                        verifier(operator, OPERATOR, Role.OPERATOR, clock)),
                Ed25519.keyId(issuer.getPublic()),
                issuer.getPrivate()));
    }

    private static Verifier verifier(Credential credential, String actor, Role role, Clock clock) {
        Credential.Kind kind = role == Role.SERVICE ? Credential.Kind.SERVICE : Credential.Kind.PERSON;
        return new Verifier(
                credential.publicId(),
                credential.hash(),
                actor,
                role,
                kind,
                clock.now().minusSeconds(1),
                clock.now().plusSeconds(3600));
    }
}
