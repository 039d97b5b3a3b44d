package io.sonia.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheckpointTest {

    private final SampleNotary notary = SampleNotary.installation("a");
    private final SampleNotary witness = SampleNotary.witness("witness.example/w1");
    private final Tree tree = new SampleChain("eva-os", 5).tree(5);
    private final String note = notary.checkpoint("eva-os", tree);

    private static Attempt attempt(String note, String... keys) {
        return Attempt.of(() -> Checkpoint.verified(note, KeyRing.parse(List.of(keys))));
    }

    @Test
    void aSignedNoteVerifies() {
        Checkpoint checkpoint = Checkpoint.verified(note, KeyRing.parse(List.of(notary.verifierKey())));
        assertThat(checkpoint.origin()).isEqualTo(notary.name() + "/eva-os");
        assertThat(checkpoint.chain()).isEqualTo("eva-os");
        assertThat(checkpoint.tree().size()).isEqualTo(5);
        assertThat(checkpoint.tree().root()).isEqualTo(tree.root());
        attempt(notary.checkpoint("eva-os", Tree.EMPTY), notary.verifierKey()).isVerified();
    }

    @Test
    void everyFlippedBitOfANoteWithAWitnessIsFound() {
        byte[] bytes = (note + witness.cosignatureLine(notary.body("eva-os", tree), 1_767_225_600))
                .getBytes(StandardCharsets.UTF_8);
        KeyRing keys = KeyRing.parse(List.of(notary.verifierKey(), witness.verifierKey()));
        Checkpoint whole = Checkpoint.verified(bytes, keys);
        assertThat(whole.signers().cosignatures()).hasSize(1);
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
            Checkpoint[] read = new Checkpoint[1];
            Attempt attempt = Attempt.of(() -> read[0] = Checkpoint.verified(bytes, keys));
            // The name or key id of the witness may have become unknown; then it says nothing.
            assertThat(!attempt.verified() || read[0].signers().cosignatures().isEmpty())
                    .as("bit " + bit)
                    .isTrue();
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
        }
    }

    @Test
    void witnessesAreTakenByTheirKeysOnly() {
        String body = notary.body("eva-os", tree);
        String witnessed = note + witness.cosignatureLine(body, 1_767_225_600);
        KeyRing both = KeyRing.parse(List.of(notary.verifierKey(), witness.verifierKey()));
        assertThat(Checkpoint.verified(witnessed, both).signers().cosignatures())
                .containsExactly(new KeyRing.Cosignature("witness.example/w1", 1_767_225_600));
        attempt(witnessed, notary.verifierKey()).isVerified();
        attempt(witnessed, witness.verifierKey()).isRefused(Reason.UNSIGNED);
        String ofAnother = note + witness.cosignatureLine(notary.body("openclaw", tree), 1_767_225_600);
        attempt(ofAnother, notary.verifierKey(), witness.verifierKey()).isRefused(Reason.BAD_SIGNATURE);
        String negative = note + witness.cosignatureLine(body, -1);
        attempt(negative, notary.verifierKey(), witness.verifierKey()).isRefused(Reason.BAD_SIGNATURE);
        String line = witness.cosignatureLine(body, 1_767_225_600);
        String cut = line.substring(0, line.lastIndexOf(' ') + 1 + 16) + "\n";
        attempt(note + cut, notary.verifierKey(), witness.verifierKey()).isRefused(Reason.BAD_SIGNATURE);
        String idOnly = note + "\u2014 witness.example/w1 AAAAAA==\n";
        attempt(idOnly, notary.verifierKey()).isRefused(Reason.MALFORMED);
    }

    @Test
    void anotherKeyOfTheSameNameIsUnknown() {
        attempt(note, notary.rotated().verifierKey()).isRefused(Reason.UNSIGNED);
        attempt(note, notary.rotated().verifierKey(), notary.verifierKey()).isVerified();
        String both = note + notary.rotated().signatureLine(notary.body("eva-os", tree));
        attempt(both, notary.verifierKey()).isVerified();
        attempt(both, notary.rotated().verifierKey()).isVerified();
        String wrong = note + notary.rotated().signatureLine("another text\n");
        attempt(wrong, notary.verifierKey()).isVerified();
        attempt(wrong, notary.verifierKey(), notary.rotated().verifierKey()).isRefused(Reason.BAD_SIGNATURE);
    }

    @Test
    void aKeySignsForItsOwnInstallationOnly() {
        SampleNotary other = SampleNotary.installation("b");
        String body = notary.body("eva-os", tree);
        attempt(body + "\n" + other.signatureLine(body), notary.verifierKey(), other.verifierKey())
                .isRefused(Reason.UNSIGNED);
        SampleNotary bundle = notary.bundleKey();
        attempt(body + "\n" + bundle.signatureLine(body), notary.verifierKey(), bundle.verifierKey())
                .isRefused(Reason.UNSIGNED);
        attempt(bundle.checkpoint("eva-os", tree), bundle.verifierKey()).isRefused(Reason.MALFORMED);
    }

    @Test
    void notesOfAnotherFormAreMalformed() {
        String body = notary.body("eva-os", tree);
        String line = notary.signatureLine(body);
        for (String bad : List.of(
                "",
                body,
                body + line,
                body + "\n",
                body + "extension\n\n" + line,
                note.stripTrailing(),
                note + "\n",
                note + "x\n",
                "\n" + note,
                note.replace("\n5\n", "\n05\n"),
                note.replace("\n5\n", "\n-5\n"),
                note.replace("\n5\n", "\n9007199254740992\n"),
                note.replace("\n5\n", "\n99999999999999999999\n"),
                note.replace("\n", "\r\n"),
                note.replace("\u2014", "-"),
                note.replace("/eva-os", "/Eva"),
                note.replace("/eva-os", ""),
                note.replace("/eva-os", "/eva-os/x"),
                body + "\n" + line.repeat(65),
                note + "\u2014 x " + "A".repeat(70_000) + "\n")) {
            attempt(bad, notary.verifierKey()).isRefused(Reason.MALFORMED);
        }
        attempt(body + "\n" + line.repeat(64), notary.verifierKey()).isVerified();
    }

    @Test
    void keyFilesOfAnotherFormAreRefused() {
        String key = notary.verifierKey();
        attempt(note, "\n" + key + "\r\n\n").isVerified();
        for (String bad : List.of(
                "",
                "\n",
                "x",
                key.substring(0, key.length() - 3),
                key.replace("+", "-"),
                key.replaceFirst("\\+[0-9a-f]{8}\\+", "+00000000+"),
                key.replaceFirst("sonia", "sonja"),
                key.replaceFirst("\\+A", "+B"),
                key + "rubbish",
                key.repeat(257))) {
            attempt(note, bad).isRefused(Reason.UNKNOWN_FORMAT);
        }
    }
}
