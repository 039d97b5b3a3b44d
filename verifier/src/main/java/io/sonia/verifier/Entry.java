package io.sonia.verifier;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** An entry of a chain as a file shows it; its detail and its fields have the hashes that it names. */
record Entry(String chain, long seq, String prevHash, String hash) {

    /** {@code prev_hash} of the first entry. */
    static final String ZEROS = "0".repeat(2 * Merkle.HASH_BYTES);

    private static final byte[] DOMAIN = "sonia-audit-v1\n".getBytes(StandardCharsets.US_ASCII);
    private static final int NULL_LENGTH = 0xFFFFFFFF;

    /** Reads an entry and checks what can be checked of it alone. */
    static Entry verified(JsonObject json) {
        json.only(EntryField.MEMBERS);
        Entry entry =
                new Entry(json.text("chain"), json.integer("seq"), json.hexHash("prev_hash"), json.hexHash("hash"));
        byte[] detail = CanonicalJson.bytes(json.object("detail").members());
        if (!hex(Merkle.sha256().digest(detail)).equals(json.hexHash("detail_hash"))) {
            throw Refusal.at(entry.seq, Reason.DETAIL_MISMATCH, "the detail does not have its detail_hash");
        }
        if (!hashOf(json, entry.prevHash).equals(entry.hash)) {
            throw Refusal.at(entry.seq, Reason.HASH_MISMATCH, "the fields do not have their hash");
        }
        return entry;
    }

    byte[] leaf() {
        return Merkle.leaf(HexFormat.of().parseHex(hash));
    }

    private static String hashOf(JsonObject json, String prevHash) {
        MessageDigest digest = Merkle.sha256();
        digest.update(DOMAIN);
        digest.update(HexFormat.of().parseHex(prevHash));
        for (EntryField field : EntryField.values()) {
            byte[] text = text(field, json.value(field.wireName()));
            ByteBuffer length = ByteBuffer.allocate(Integer.BYTES).putInt(text == null ? NULL_LENGTH : text.length);
            digest.update(length.flip());
            if (text != null) {
                digest.update(text);
            }
        }
        return hex(digest.digest());
    }

    private static byte @Nullable [] text(EntryField field, @Nullable Object value) {
        String text = switch (value) {
            case null -> null;
            case String string when field.form() == EntryField.Form.TEXT -> string;
            case Long integer when field.form() == EntryField.Form.INTEGER -> Long.toString(integer);
            case Long number when field.form() == EntryField.Form.NUMBER -> CanonicalJson.number(number.doubleValue());
            case Double number when field.form() == EntryField.Form.NUMBER -> CanonicalJson.number(number);
            default -> throw Refusal.of(Reason.MALFORMED, field.wireName() + " has a form it must not have");
        };
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
