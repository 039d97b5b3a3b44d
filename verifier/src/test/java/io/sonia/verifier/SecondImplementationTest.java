package io.sonia.verifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.sigstore.encryption.signers.Verifiers;
import dev.sigstore.merkle.InclusionProofVerificationException;
import dev.sigstore.merkle.InclusionProofVerifier;
import dev.sigstore.rekor.client.Checkpoints;
import dev.sigstore.rekor.client.RekorEntry;
import dev.sigstore.rekor.client.RekorParseException;
import io.codenotary.immudb.ImmudbProto;
import io.codenotary.immudb4j.crypto.CryptoUtils;
import io.codenotary.immudb4j.crypto.Root;
import io.codenotary.immudb4j.crypto.VerificationException;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What the format says is what others understand by it: Sigstore's client reads the checkpoint and the inclusion proofs of
 * the published vectors, immudb's the consistency proofs.
 */
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

    @Test
    void anotherAcceptsTheProofThatTheExportBeforeIsTheBeginning() {
        JsonObject header = Json.parseObject(Vectors.text("export-9-20.jsonl")
                .lines()
                .findFirst()
                .orElseThrow()
                .getBytes(StandardCharsets.UTF_8));
        JsonObject previous = header.object("previous");
        RekorEntry.Checkpoint older = checkpoint(previous.text("checkpoint"));
        RekorEntry.Checkpoint newer = checkpoint(header.text("checkpoint"));
        List<byte[]> path = previous.hashes("path", 64);

        assertThat(older.getSize()).isEqualTo(8);
        assertThat(continues(tree(older), tree(newer), path)).isTrue();
        assertThat(continues(tree(newer), tree(older), path)).isFalse();
    }

    /** Proofs between any two sizes, none of which holds once one bit of it or of a root is another. */
    @Test
    void anotherAcceptsTheProofBetweenAnyTwoSizesAndNoOther() {
        SampleChain chain = Vectors.CHAIN;
        for (int newer = 1; newer <= 20; newer++) {
            for (int older = 1; older <= newer; older++) {
                Tree before = chain.tree(older);
                Tree after = chain.tree(newer);
                List<byte[]> path = Rfc6962.consistency(older, chain.leaves(newer));

                assertThat(continues(before, after, path)).isTrue();
                assertThat(continues(new Tree(older, flipped(before.root())), after, path))
                        .isFalse();
                assertThat(continues(before, new Tree(newer, flipped(after.root())), path))
                        .isFalse();
                for (int i = 0; i < path.size(); i++) {
                    List<byte[]> other = new ArrayList<>(path);
                    other.set(i, flipped(path.get(i)));
                    assertThat(continues(before, after, other)).isFalse();
                }
            }
        }
    }

    private static byte[] flipped(byte[] hash) {
        byte[] other = hash.clone();
        other[5] ^= 4;
        return other;
    }

    private static RekorEntry.Checkpoint checkpoint(String note) {
        try {
            return Checkpoints.from(note);
        } catch (RekorParseException e) {
            throw new AssertionError(e);
        }
    }

    private static Tree tree(RekorEntry.Checkpoint checkpoint) {
        return new Tree(checkpoint.getSize(), Base64.getDecoder().decode(checkpoint.getBase64Hash()));
    }

    /** As immudb sees it; it calls a tree by the index of its last leaf. */
    private static boolean continues(Tree older, Tree newer, List<byte[]> path) {
        ImmudbProto.Proof.Builder proof =
                ImmudbProto.Proof.newBuilder().setAt(newer.size() - 1).setRoot(ByteString.copyFrom(newer.root()));
        path.forEach(hash -> proof.addConsistencyPath(ByteString.copyFrom(hash)));
        try {
            CryptoUtils.verifyConsistency(proof.build(), new Root("", older.size() - 1, older.root()));
            return true;
        } catch (VerificationException e) {
            return false;
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
