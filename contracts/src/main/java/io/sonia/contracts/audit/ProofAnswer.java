package io.sonia.contracts.audit;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * That an entry is in the tree that EVA-OS has signed (RFC 6962, section 2.1.1). Hashes are in hex.
 *
 * @param path the hashes beside the way from the leaf to the root
 * @param checkpoint the signed note
 * @param tlogProof the same as a C2SP tlog-proof
 */
public record ProofAnswer(
        String chain,
        long seq,
        String entryHash,
        String leafHash,
        long treeSize,
        List<String> path,
        String merkleRoot,
        String checkpoint,
        Map<String, @Nullable Object> entry,
        String tlogProof) {}
