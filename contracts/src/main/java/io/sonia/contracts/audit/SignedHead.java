package io.sonia.contracts.audit;

import java.time.Instant;

/**
 * A state of a chain that EVA-OS has signed, as a C2SP checkpoint.
 *
 * @param origin names the chain in the world
 * @param root of the Merkle tree over its entries, in hex
 * @param lastHash {@code hash} of the newest entry in it
 * @param note the three lines that are signed
 * @param signature the signature lines; below {@code note} and an empty line they make the checkpoint
 * @param keyId of the key that has signed, 8 hex digits
 */
public record SignedHead(
        String chain,
        String origin,
        long size,
        String root,
        String lastHash,
        String note,
        String signature,
        String keyId,
        Instant signedAt) {

    /** The checkpoint as a file. */
    public String text() {
        return note + "\n" + signature;
    }
}
