package io.sonia.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProofTest {

    private final SampleNotary notary = SampleNotary.installation("a");
    private final SampleChain chain = new SampleChain("eva-os", 20);

    private Attempt attempt(String proof) {
        return Attempt.of(() ->
                Proof.verified(proof.getBytes(StandardCharsets.UTF_8), KeyRing.parse(List.of(notary.verifierKey()))));
    }

    private String text(int seq, int size) {
        return SampleProof.text(chain, notary, seq, size);
    }

    @Test
    void everyEntryIsProvedUnderEverySize() {
        for (int size = 1; size <= 20; size++) {
            for (int seq = 1; seq <= size; seq++) {
                attempt(text(seq, size)).isVerified();
                attempt(SampleProof.bundle(chain.entry(seq), text(seq, size))).isVerified();
            }
        }
    }

    @Test
    void everyFlippedBitAndTruncationIsFound() {
        for (String proof : List.of(text(6, 20), SampleProof.bundle(chain.entry(6), text(6, 20)))) {
            byte[] file = proof.getBytes(StandardCharsets.UTF_8);
            KeyRing keys = KeyRing.parse(List.of(notary.verifierKey()));
            for (int bit = 0; bit < file.length * 8; bit += proof.startsWith("{") ? 9 : 1) {
                file[bit / 8] ^= (byte) (1 << bit % 8);
                assertThat(Attempt.of(() -> Proof.verified(file, keys)).verified())
                        .as("bit " + bit)
                        .isFalse();
                file[bit / 8] ^= (byte) (1 << bit % 8);
            }
            for (int length = 0; length < file.length; length++) {
                byte[] cut = Arrays.copyOf(file, length);
                assertThat(Attempt.of(() -> Proof.verified(cut, keys)).verified())
                        .as("length " + length)
                        .isFalse();
            }
        }
    }

    @Test
    void aProofOfAnotherEntryIsRefused() {
        attempt(SampleProof.bundle(chain.entry(7), text(6, 20))).isRefused(7, Reason.HEADER_MISMATCH);
        attempt(text(6, 20).replace("index 5", "index 6")).isRefused(7, Reason.ROOT_MISMATCH);
        attempt(text(6, 20).replace("index 5", "index 20")).isRefused(21, Reason.ROOT_MISMATCH);
        attempt(text(6, 20).replace("index 5", "index 9999999999999999")).isRefused(Reason.ROOT_MISMATCH);
        SampleChain other = new SampleChain("openclaw", 20);
        attempt(SampleProof.bundle(other.entry(6), text(6, 20))).isRefused(Reason.CHAIN_MISMATCH);
    }

    @Test
    void aChangedEntryIsNamed() {
        for (String member : EntryField.MEMBERS) {
            Map<String, Object> entry = chain.entry(6);
            entry.put(member, "x");
            assertThat(attempt(SampleProof.bundle(entry, text(6, 20))).verified())
                    .as(member)
                    .isFalse();
        }
        SampleChain rewritten = new SampleChain("eva-os", 20);
        rewritten.rewrite(6, "outcome", "TIMEOUT");
        attempt(SampleProof.bundle(rewritten.entry(6), text(6, 20))).isRefused(6, Reason.HEADER_MISMATCH);
        String moved = text(6, 20).replaceFirst("extra .*", SampleProof.extra(rewritten.hash(6)));
        attempt(SampleProof.bundle(rewritten.entry(6), moved)).isRefused(6, Reason.ROOT_MISMATCH);
    }

    @Test
    void otherFilesAreNoProofs() {
        for (String other : List.of("", "{", "{}", "{\"format\":\"x\"}", "c2sp.org/tlog-proof@v2\n", "x", "[1]")) {
            attempt(other).isRefused(Reason.UNKNOWN_FORMAT);
        }
        attempt("c2sp.org/tlog-proof@v1\n").isRefused(Reason.MALFORMED);
        attempt(text(6, 20).replaceFirst("extra .*\n", "")).isRefused(Reason.MALFORMED);
        attempt(text(6, 20).replace("index 5\n", "index 5\n" + "A".repeat(43) + "=\n".repeat(1)))
                .isRefused(Reason.ROOT_MISMATCH);
    }
}
