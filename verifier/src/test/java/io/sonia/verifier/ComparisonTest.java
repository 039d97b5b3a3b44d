package io.sonia.verifier;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTest {

    private final SampleNotary notary = SampleNotary.installation("a");
    private final SampleChain chain = new SampleChain("eva-os", 20);
    private final SampleChain rewritten = new SampleChain("eva-os", 20);

    @TempDir
    private Path folder;

    ComparisonTest() {
        rewritten.rewrite(6, "outcome", "TIMEOUT");
    }

    private byte[] checkpoint(SampleChain of, int size) {
        return notary.checkpoint(of.name(), of.tree(size)).getBytes(StandardCharsets.UTF_8);
    }

    private byte[] export(SampleChain of, int from, int to, int size) {
        return new SampleExport(of, notary, from, to, size).sealed();
    }

    private Attempt compare(byte[] older, byte[] newer) throws IOException {
        Path before = Files.write(folder.resolve("old"), older);
        Path after = Files.write(folder.resolve("new"), newer);
        KeyRing keys = KeyRing.parse(List.of(notary.verifierKey()));
        return Attempt.of(() -> new Comparison(before, after, keys, false).verify(new Report()));
    }

    @Test
    void aLaterFileThatHoldsTheEarlierVerifies() throws IOException {
        compare(checkpoint(chain, 8), checkpoint(chain, 8)).isVerified();
        compare(checkpoint(chain, 0), export(chain, 1, 20, 20)).isVerified();
        compare(checkpoint(chain, 8), export(chain, 1, 20, 20)).isVerified();
        compare(checkpoint(chain, 8), export(chain, 9, 12, 20)).isVerified();
        compare(checkpoint(chain, 8), export(chain, 8, 8, 20)).isVerified();
        compare(export(chain, 1, 8, 8), export(chain, 1, 20, 20)).isVerified();
        compare(export(chain, 5, 8, 8), export(chain, 3, 10, 12)).isVerified();
        compare(export(chain, 1, 8, 8), export(chain, 9, 20, 20)).isVerified();
        compare(
                        checkpoint(chain, 8),
                        new SampleExport(chain, notary, 15, 20, 20)
                                .after(chain, notary, 8, 20)
                                .sealed())
                .isVerified();
        compare(export(chain, 1, 20, 20), checkpoint(chain, 20)).isVerified();
    }

    @Test
    void aRewrittenEntryIsNamedWhereBothHoldIt() throws IOException {
        compare(export(chain, 1, 8, 8), export(rewritten, 1, 20, 20)).isRefused(6, Reason.REWRITTEN);
        compare(export(chain, 5, 8, 8), export(rewritten, 3, 20, 20)).isRefused(6, Reason.REWRITTEN);
        compare(export(chain, 1, 8, 8), export(rewritten, 1, 7, 7)).isRefused(6, Reason.REWRITTEN);
    }

    @Test
    void aRewrittenHistoryIsFoundByTheRootAlone() throws IOException {
        compare(checkpoint(chain, 8), checkpoint(rewritten, 8)).isRefused(Reason.REWRITTEN);
        compare(checkpoint(chain, 8), export(rewritten, 1, 20, 20)).isRefused(Reason.REWRITTEN);
        compare(export(chain, 1, 8, 8), export(rewritten, 9, 20, 20)).isRefused(Reason.REWRITTEN);
        compare(
                        checkpoint(chain, 8),
                        new SampleExport(rewritten, notary, 15, 20, 20)
                                .after(rewritten, notary, 8, 20)
                                .sealed())
                .isRefused(Reason.REWRITTEN);
        compare(checkpoint(chain, 5), export(rewritten, 1, 20, 20)).isVerified();
    }

    @Test
    void aCutTailIsNamed() throws IOException {
        compare(checkpoint(chain, 12), checkpoint(chain, 8)).isRefused(9, Reason.CUT);
        compare(export(chain, 1, 12, 12), export(chain, 1, 8, 8)).isRefused(9, Reason.CUT);
        compare(checkpoint(chain, 12), checkpoint(chain, 0)).isRefused(1, Reason.CUT);
    }

    @Test
    void whatDoesNotLeadFromTheOlderIsUnproven() throws IOException {
        compare(checkpoint(chain, 8), checkpoint(chain, 12)).isRefused(Reason.UNPROVEN);
        compare(checkpoint(chain, 8), export(chain, 15, 20, 20)).isRefused(Reason.UNPROVEN);
        compare(checkpoint(chain, 15), export(chain, 1, 8, 20)).isRefused(Reason.UNPROVEN);
    }

    @Test
    void otherChainsAndFilesThatDoNotVerifyAreRefused() throws IOException {
        compare(checkpoint(chain, 8), checkpoint(new SampleChain("openclaw", 20), 8))
                .isRefused(Reason.CHAIN_MISMATCH);
        SampleExport broken = new SampleExport(chain, notary, 1, 8, 8);
        broken.lines.remove(3);
        compare(broken.sealed(), export(chain, 1, 20, 20)).isRefused(4, Reason.GAP);
        compare(export(chain, 1, 8, 8), broken.sealed()).isRefused(4, Reason.GAP);
        compare(new byte[0], checkpoint(chain, 8)).isRefused(Reason.UNKNOWN_FORMAT);
        compare(
                        SampleNotary.installation("b")
                                .checkpoint("eva-os", chain.tree(8))
                                .getBytes(StandardCharsets.UTF_8),
                        checkpoint(chain, 8))
                .isRefused(Reason.UNSIGNED);
    }
}
