package io.sonia.verifier;

import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;

/** Proofs of entries of a chain. */
final class SampleProof {

    private SampleProof() {}

    static String text(SampleChain chain, SampleNotary notary, int seq, int size) {
        StringBuilder text = new StringBuilder("c2sp.org/tlog-proof@v1\n")
                .append(extra(chain.hash(seq)))
                .append("\nindex ")
                .append(seq - 1)
                .append('\n');
        for (byte[] each : Rfc6962.path(seq - 1, chain.leaves(size))) {
            text.append(Base64.getEncoder().encodeToString(each)).append('\n');
        }
        return text.append('\n')
                .append(notary.checkpoint(chain.name(), chain.tree(size)))
                .toString();
    }

    static String extra(String hash) {
        return "extra " + Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hash));
    }

    static String bundle(Map<String, Object> entry, String text) {
        return CanonicalJson.text(Map.of("format", "sonia-audit-proof/1", "entry", entry, "tlog_proof", text));
    }
}
