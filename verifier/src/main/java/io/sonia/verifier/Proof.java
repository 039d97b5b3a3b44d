package io.sonia.verifier;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A verified C2SP tlog-proof: one entry is in the tree of a checkpoint.
 *
 * @param hash of the entry
 * @param entry the entry itself, when the proof brings it along
 */
record Proof(
        long seq,
        String hash,
        Checkpoint checkpoint,
        @Nullable Entry entry) {

    static final int MAX_BYTES = 1_048_576;

    private static final String BUNDLE_FORMAT = "sonia-audit-proof/1";
    private static final String TLOG_FORMAT = "c2sp.org/tlog-proof@v1\n";
    private static final Pattern TLOG_PROOF = Pattern.compile(
            "extra ([A-Za-z0-9+/=]{44})\n"
                    + "index (0|[1-9][0-9]{0,15})\n"
                    + "((?:[A-Za-z0-9+/=]{44}\n){0," + Merkle.MAX_PATH + "})"
                    + "\n"
                    + "(.*)",
            Pattern.DOTALL);

    /** Reads either form, a JSON bundle or the bare text. */
    static Proof verified(byte[] file, KeyRing keys) {
        if (file.length > 0 && file[0] == '{') {
            return bundle(file, keys);
        }
        return tlogProof(text(file), keys);
    }

    void tell(Report report) {
        report.put("seq", seq);
        report.put("hash", hash);
        report.put("entry_included", entry != null);
        checkpoint.tell(report);
    }

    private static Proof bundle(byte[] file, KeyRing keys) {
        JsonObject json;
        try {
            json = Json.parseObject(file);
        } catch (Refusal refusal) {
            throw Refusal.of(Reason.UNKNOWN_FORMAT, "no proof: " + refusal.message());
        }
        if (!BUNDLE_FORMAT.equals(json.value("format"))) {
            throw Refusal.of(Reason.UNKNOWN_FORMAT, "the file does not say " + BUNDLE_FORMAT);
        }
        json.only(List.of("format", "entry", "tlog_proof"));
        Entry entry = Entry.verified(json.object("entry"));
        Proof proof = tlogProof(json.text("tlog_proof"), keys);
        proof.checkpoint.requireChain(entry.chain());
        if (proof.seq != entry.seq() || !proof.hash.equals(entry.hash())) {
            throw Refusal.at(entry.seq(), Reason.HEADER_MISMATCH, "the proof is of another entry");
        }
        return new Proof(proof.seq, proof.hash, proof.checkpoint, entry);
    }

    private static Proof tlogProof(String text, KeyRing keys) {
        if (!text.startsWith(TLOG_FORMAT)) {
            throw Refusal.of(Reason.UNKNOWN_FORMAT, "the first line does not say " + TLOG_FORMAT.strip());
        }
        Matcher matcher = TLOG_PROOF.matcher(text).region(TLOG_FORMAT.length(), text.length());
        byte[] hash = matcher.matches() ? Base64Text.decodeHash(matcher.group(1)) : null;
        if (hash == null) {
            throw Refusal.of(Reason.MALFORMED, "the proof is not in its format");
        }
        long index = Long.parseLong(matcher.group(2));
        Checkpoint checkpoint = Checkpoint.verified(matcher.group(4), keys);
        Tree tree = checkpoint.tree();
        if (!Merkle.includes(Merkle.leaf(hash), index, tree.size(), path(matcher.group(3)), tree.root())) {
            throw Refusal.at(index + 1, Reason.ROOT_MISMATCH, "the path does not lead to the signed root");
        }
        return new Proof(index + 1, HexFormat.of().formatHex(hash), checkpoint, null);
    }

    private static List<byte[]> path(String lines) {
        List<byte[]> path = new ArrayList<>();
        for (String line : lines.lines().toList()) {
            byte[] hash = Base64Text.decodeHash(line);
            if (hash == null) {
                throw Refusal.of(Reason.MALFORMED, "a line of the path is no hash");
            }
            path.add(hash);
        }
        return path;
    }

    private static String text(byte[] file) {
        try {
            return Checkpoint.text(file);
        } catch (Refusal refusal) {
            throw Refusal.of(Reason.UNKNOWN_FORMAT, "no proof: " + refusal.message());
        }
    }
}
