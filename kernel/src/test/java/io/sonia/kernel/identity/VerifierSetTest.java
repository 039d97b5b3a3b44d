package io.sonia.kernel.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import java.security.KeyPair;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class VerifierSetTest {

    private static final KeyPair KEYS = Ed25519.newKeyPair();
    private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");
    private static final Verifier PERSON = verifier("operator", Role.OPERATOR, NOON.plusSeconds(60));
    private static final Verifier OTHER = verifier("observer", Role.OBSERVER, NOON.plusSeconds(60));
    private static final VerifierSet SET =
            VerifierSet.sign(7, NOON, List.of(PERSON, OTHER), Ed25519.keyId(KEYS.getPublic()), KEYS.getPrivate());

    private static Verifier verifier(String actorId, Role role, Instant notAfter) {
        return new Verifier("1a2b3c4d5e6f", "a".repeat(64), actorId, role, Credential.Kind.PERSON, NOON, notAfter);
    }

    @Test
    void signedSetIsTrustedAlsoAfterTheWire() {
        VerifierSet read = Shape.of(VerifierSet.class).read(Json.parseObject(Json.bytes(SET)));

        assertThat(SET.signedBy(KEYS.getPublic())).isTrue();
        assertThat(read).isEqualTo(SET);
        assertThat(read.signedBy(KEYS.getPublic())).isTrue();
    }

    @Test
    void anotherKeyDoesNotTrustIt() {
        assertThat(SET.signedBy(Ed25519.newKeyPair().getPublic())).isFalse();
    }

    static Stream<VerifierSet> tampered() {
        return Stream.of(
                new VerifierSet(8, NOON, SET.principals(), SET.keyId(), SET.signature()),
                new VerifierSet(7, NOON.plusMillis(1), SET.principals(), SET.keyId(), SET.signature()),
                new VerifierSet(7, NOON, List.of(PERSON), SET.keyId(), SET.signature()),
                new VerifierSet(7, NOON, List.of(OTHER, PERSON), SET.keyId(), SET.signature()),
                new VerifierSet(7, NOON, List.of(PERSON, PERSON), SET.keyId(), SET.signature()),
                new VerifierSet(
                        7,
                        NOON,
                        List.of(PERSON, verifier("observer", Role.OPERATOR, NOON.plusSeconds(60))),
                        SET.keyId(),
                        SET.signature()),
                new VerifierSet(
                        7,
                        NOON,
                        List.of(PERSON, verifier("observer", Role.OBSERVER, NOON.plusSeconds(61))),
                        SET.keyId(),
                        SET.signature()),
                new VerifierSet(7, NOON, SET.principals(), "other", SET.signature()),
                new VerifierSet(7, NOON, SET.principals(), SET.keyId(), "-"),
                new VerifierSet(7, NOON, SET.principals(), SET.keyId(), ""),
                new VerifierSet(7, NOON, SET.principals(), SET.keyId(), "A".repeat(88)));
    }

    @ParameterizedTest
    @MethodSource
    void tampered(VerifierSet set) {
        assertThat(set.signedBy(KEYS.getPublic())).isFalse();
    }

    @Test
    void everyChangedByteOfTheSignatureIsNoticed() {
        byte[] signature = java.util.Base64.getDecoder().decode(SET.signature());
        for (int i = 0; i < signature.length; i++) {
            byte[] changed = signature.clone();
            changed[i] ^= 1;
            String text = java.util.Base64.getEncoder().encodeToString(changed);
            VerifierSet set = new VerifierSet(7, NOON, SET.principals(), SET.keyId(), text);
            assertThat(set.signedBy(KEYS.getPublic())).isFalse();
        }
    }

    @Test
    void keysAreReadBackFromTheirBytes() throws Exception {
        assertThat(Ed25519.publicKey(KEYS.getPublic().getEncoded())).isEqualTo(KEYS.getPublic());
        byte[] signed = Ed25519.sign(Ed25519.privateKey(KEYS.getPrivate().getEncoded()), new byte[] {1, 2});

        assertThat(Ed25519.verify(KEYS.getPublic(), new byte[] {1, 2}, signed)).isTrue();
        assertThat(Ed25519.verify(KEYS.getPublic(), new byte[] {1, 3}, signed)).isFalse();
        assertThat(Ed25519.verify(KEYS.getPublic(), new byte[] {1, 2}, new byte[5]))
                .isFalse();
        assertThat(Ed25519.keyId(KEYS.getPublic())).matches("[0-9a-f]{16}");
    }
}
