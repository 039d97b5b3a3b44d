package io.sonia.contracts.audit;

import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.util.List;

/**
 * Asks EVA-OS to sign a chain's head.
 *
 * @param chain the caller's own
 * @param root of the Merkle tree over the first {@code size} entries, in hex
 * @param lastHash {@code hash} of entry {@code size}
 * @param consistency proof from the head signed last (RFC 6962, section 2.1.2), in hex; empty if there is none
 */
public record HeadRequest(
        @Text(min = 1, max = 64) String chain,
        @Range(max = Long.MAX_VALUE) long size,
        @Text(min = 64, max = 64) String root,
        @Text(min = 64, max = 64) String lastHash,
        @Items(max = 63) List<String> consistency) {}
