package io.sonia.verifier;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A verified C2SP tlog-checkpoint: the size and root of a chain's tree, signed by the notary.
 *
 * @param signer name of the signing key, which is the origin without the chain
 */
record Checkpoint(String signer, String chain, Tree tree, KeyRing.Signers signers) {

    static final int MAX_BYTES = 65_536;

    /** What every checkpoint of SONIA starts with. */
    static final String START = "sonia/";

    private static final Pattern NOTE = Pattern.compile("((sonia/[0-9a-f]{16})/([a-z][a-z0-9-]{0,63})\n"
            + "(0|[1-9][0-9]{0,15})\n"
            + "([A-Za-z0-9+/=]{44})\n)"
            + "\n"
            + "((?:\u2014 [^\n]+\n){1,64})");

    /** Reads a note and verifies its signatures. */
    static Checkpoint verified(String note, KeyRing keys) {
        Matcher matcher = NOTE.matcher(note);
        if (note.length() > MAX_BYTES || !matcher.matches()) {
            throw Refusal.of(Reason.MALFORMED, "the checkpoint is not a signed note of three lines");
        }
        long size = Long.parseLong(matcher.group(4));
        byte[] root = Base64Text.decodeHash(matcher.group(5));
        if (size > Json.MAX_INTEGER || root == null) {
            throw Refusal.of(Reason.MALFORMED, "the checkpoint has no size or no root");
        }
        List<NoteSignature> signatures =
                matcher.group(6).lines().map(NoteSignature::parse).toList();
        byte[] message = matcher.group(1).getBytes(StandardCharsets.UTF_8);
        KeyRing.Signers signers = keys.verify(message, signatures, matcher.group(2));
        return new Checkpoint(matcher.group(2), matcher.group(3), new Tree(size, root), signers);
    }

    /** As {@link #verified(String, KeyRing)}, from bytes. */
    static Checkpoint verified(byte[] note, KeyRing keys) {
        return verified(text(note), keys);
    }

    /** The text of UTF-8 bytes. */
    static String text(byte[] utf8) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException e) {
            throw Refusal.of(Reason.MALFORMED, "bytes that are not UTF-8");
        }
    }

    String origin() {
        return signer + "/" + chain;
    }

    /** This checkpoint is of the chain. */
    void requireChain(String name) {
        if (!chain.equals(name)) {
            throw Refusal.of(Reason.CHAIN_MISMATCH, "the checkpoint is of " + chain);
        }
    }

    /** An earlier checkpoint of the same chain whose entries are the beginning of these. */
    void requireBeginning(Checkpoint earlier, List<byte[]> path) {
        if (!earlier.origin().equals(origin())) {
            throw Refusal.of(Reason.CHAIN_MISMATCH, "the earlier checkpoint is of " + earlier.origin());
        }
        if (!Merkle.consistent(earlier.tree(), tree, path)) {
            throw Refusal.of(Reason.INCONSISTENT, "the path does not lead from the earlier checkpoint to this one");
        }
    }

    void tell(Report report) {
        report.put("origin", origin());
        report.put("checkpoint_size", tree.size());
        report.put("key_id", signers.keyId());
        for (KeyRing.Cosignature each : signers.cosignatures()) {
            report.add("cosignatures", Map.of("name", each.name(), "epoch_seconds", each.epochSeconds()));
        }
    }
}
