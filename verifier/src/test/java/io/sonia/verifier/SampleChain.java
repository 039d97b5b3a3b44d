package io.sonia.verifier;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A chain of entries as docs/audit-format.md says, the same at each run. */
final class SampleChain {

    private final String name;
    private final List<Map<String, Object>> entries = new ArrayList<>();

    SampleChain(String name, int size) {
        this.name = name;
        for (int seq = 1; seq <= size; seq++) {
            append(fields(seq), detail(seq));
        }
    }

    String name() {
        return name;
    }

    int size() {
        return entries.size();
    }

    Map<String, Object> entry(int seq) {
        return new LinkedHashMap<>(entries.get(seq - 1));
    }

    String hash(int seq) {
        return seq == 0 ? Entry.ZEROS : (String) entries.get(seq - 1).get("hash");
    }

    /** The data of the leaves of the first entries. */
    List<byte[]> leaves(int size) {
        return entries.subList(0, size).stream()
                .map(each -> HexFormat.of().parseHex((String) each.get("hash")))
                .toList();
    }

    Tree tree(int size) {
        return new Tree(size, Rfc6962.root(leaves(size)));
    }

    /** Replaces an entry's member and gives it and all later ones the hashes that make a chain again. */
    void rewrite(int seq, String member, Object value) {
        List<Map<String, Object>> later = new ArrayList<>(entries.subList(seq - 1, entries.size()));
        entries.subList(seq - 1, entries.size()).clear();
        later.getFirst().put(member, value);
        for (Map<String, Object> each : later) {
            append(each, each.get("detail"));
        }
    }

    private void append(Map<String, Object> fields, Object detail) {
        Map<String, Object> entry = new LinkedHashMap<>(fields);
        entry.put("detail_hash", hex(CanonicalJson.bytes(detail)));
        entry.put("prev_hash", hash(entries.size()));
        entry.put("hash", hashOf(entry));
        entry.put("detail", detail);
        entries.add(entry);
    }

    static String hashOf(Map<String, Object> entry) {
        ByteBuffer input = ByteBuffer.allocate(65_536);
        input.put("sonia-audit-v1\n".getBytes(StandardCharsets.US_ASCII));
        input.put(HexFormat.of().parseHex((String) entry.get("prev_hash")));
        for (String field : EntryField.MEMBERS.subList(0, EntryField.values().length)) {
            Object value = entry.get(field);
            if (value == null) {
                input.putInt(-1);
            } else {
                byte[] text = (value instanceof Double number ? CanonicalJson.number(number) : value.toString())
                        .getBytes(StandardCharsets.UTF_8);
                input.putInt(text.length).put(text);
            }
        }
        byte[] bytes = new byte[input.position()];
        input.flip().get(bytes);
        return hex(bytes);
    }

    private Map<String, Object> fields(int seq) {
        boolean decision = seq % 3 == 0;
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("chain", name);
        fields.put("seq", (long) seq);
        fields.put("timestamp", "2026-01-01T00:00:%02d.%03dZ".formatted(seq / 1000 % 60, seq % 1000));
        fields.put("hlc", "019b7a4c%04x-0000".formatted(seq));
        fields.put("operation", decision ? "approval.approve" : "turn.create");
        fields.put("outcome", seq % 7 == 0 ? "POLICY_DENIED" : "OK");
        fields.put("http_status", seq % 7 == 0 ? 403L : 200L);
        fields.put("actor_id", decision ? "operator-1" : "api-gateway");
        fields.put("actor_role", decision ? "operator" : "service");
        fields.put("actor_kind", decision ? "human" : "service");
        fields.put("via", decision ? "api-gateway" : null);
        fields.put("on_behalf_of", null);
        fields.put("resource_type", decision ? "approval" : "turn");
        fields.put("resource_id", "r\u00e9s-" + seq);
        fields.put("correlation_id", "req_%024x".formatted(seq / 4));
        fields.put("trace_id", "%032x".formatted(seq / 4));
        fields.put("idempotency_key_digest", null);
        fields.put("fence_token", decision ? (long) seq : null);
        fields.put("approval_id", decision ? "apr_" + seq : null);
        fields.put("digest", null);
        fields.put("policy_version", decision ? "pol_1" : null);
        fields.put("rule_id", decision ? "write-needs-a-person" : null);
        fields.put("replay_of", null);
        fields.put("replay_generation", 0L);
        fields.put("duration_ms", seq % 2 == 0 ? seq / 8.0 : null);
        return fields;
    }

    private static Map<String, Object> detail(int seq) {
        Map<String, Object> detail = new LinkedHashMap<>();
        detail.put("tool", "file.write");
        detail.put("path", "notes/\u20ac-" + seq + ".txt");
        if (seq % 5 == 0) {
            detail.put("numbers", List.of(0L, -1L, 1.0, 1.0E21, 4.9E-324, 333333333.3333333));
            detail.put("nested", Map.of("\ud83d\ude00", List.of(), "\ufb33", Map.of(), "line\nfeed", true));
        }
        return detail;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(Merkle.sha256().digest(bytes));
    }
}
