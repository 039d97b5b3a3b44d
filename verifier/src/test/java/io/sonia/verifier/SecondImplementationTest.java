package io.sonia.verifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sigstore.encryption.signers.Verifiers;
import dev.sigstore.merkle.InclusionProofVerificationException;
import dev.sigstore.merkle.InclusionProofVerifier;
import dev.sigstore.rekor.client.Checkpoints;
import dev.sigstore.rekor.client.RekorEntry;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the format says is what others understand by it: Sigstore's client reads the published vectors. */
class SecondImplementationTest {

    @Test
    void itAcceptsTheCheckpoint() throws Exception {
        RekorEntry.Checkpoint checkpoint = Checkpoints.from(Vectors.text("checkpoint.txt"));
        assertThat(checkpoint.getOrigin()).isEqualTo(Vectors.NOTARY.name() + "/eva-os");
        assertThat(checkpoint.getSize()).isEqualTo(20);
        RekorEntry.CheckpointSignature signature = checkpoint.getSignatures().getFirst();
        assertThat(signature.getIdentity()).isEqualTo(Vectors.NOTARY.name());
        byte[] signed = checkpoint.getSignedData().getBytes(StandardCharsets.UTF_8);
        assertThat(Verifiers.newVerifier(publicKey(signature)).verify(signed, signature.getSignature()))
                .isTrue();
        signed[0] ^= 1;
        assertThat(Verifiers.newVerifier(publicKey(signature)).verify(signed, signature.getSignature()))
                .isFalse();
    }

    @Test
    void itAcceptsTheProofOfEveryEntryAndOfNoOther() throws Exception {
        SampleChain chain = Vectors.CHAIN;
        byte[] root = Base64.getDecoder()
                .decode(Checkpoints.from(Vectors.text("checkpoint.txt")).getBase64Hash());
        for (int seq = 1; seq <= 20; seq++) {
            List<String> lines =
                    SampleProof.text(chain, Vectors.NOTARY, seq, 20).lines().toList();
            byte[] hash = Base64.getDecoder().decode(lines.get(1).substring("extra ".length()));
            List<byte[]> path = new ArrayList<>();
            for (String line : lines.subList(3, lines.indexOf(""))) {
                path.add(Base64.getDecoder().decode(line));
            }
            byte[] leaf = Merkle.leaf(hash);
            InclusionProofVerifier.verify(leaf, seq - 1, 20, path, root);
            int other = seq % 20;
            assertThatThrownBy(() -> InclusionProofVerifier.verify(leaf, other, 20, path, root))
                    .isInstanceOf(InclusionProofVerificationException.class);
        }
    }

    /** The key of the key file that the signature names. */
    private static PublicKey publicKey(RekorEntry.CheckpointSignature signature) throws Exception {
        VerifierKey key = Vectors.text("keys.txt")
                .lines()
                .map(VerifierKey::parse)
                .filter(each -> each.name().equals(signature.getIdentity()))
                .filter(each -> each.id().equals(HexFormat.of().formatHex(signature.getKeyHint())))
                .findFirst()
                .orElseThrow();
        byte[] encoded = HexFormat.of()
                .parseHex("302a300506032b6570032100" + HexFormat.of().formatHex(key.key()));
        return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
    }
}
