package io.sonia.verifier;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** An export in the making: its header and lines can be changed before it is sealed. */
final class SampleExport {

    final Map<String, Object> header = new LinkedHashMap<>();
    final List<String> lines = new ArrayList<>();
    String lastHash;

    /** Entries {@code from} to {@code to} under a checkpoint of {@code size} entries. */
    SampleExport(SampleChain chain, SampleNotary notary, int from, int to, int size) {
        List<byte[]> leaves = chain.leaves(size);
        header.put("format", "sonia-audit-export/1");
        header.put("export_id", "exp_" + from + "_" + to);
        header.put("exported_at", "2026-01-01T00:01:00.000Z");
        header.put("chain", chain.name());
        header.put("from_seq", (long) from);
        header.put("to_seq", (long) to);
        header.put("entry_count", (long) to - from + 1);
        header.put("first_hash", chain.hash(from));
        header.put("last_hash", chain.hash(to));
        header.put("prev_hash", chain.hash(from - 1));
        header.put("checkpoint", notary.checkpoint(chain.name(), chain.tree(size)));
        header.put(
                "range",
                size < from
                        ? null
                        : Map.of("left", left(leaves, from - 1), "right", right(leaves, Math.min(to, size))));
        header.put("previous", null);
        for (int seq = from; seq <= to; seq++) {
            lines.add(CanonicalJson.text(chain.entry(seq)));
        }
        lastHash = chain.hash(to);
    }

    /** With the checkpoint of an earlier export. */
    SampleExport after(SampleChain chain, SampleNotary notary, int earlier, int size) {
        List<String> path = Rfc6962.consistency(earlier, chain.leaves(size)).stream()
                .map(HexFormat.of()::formatHex)
                .toList();
        header.put(
                "previous", Map.of("checkpoint", notary.checkpoint(chain.name(), chain.tree(earlier)), "path", path));
        return this;
    }

    SampleExport with(String member, Object value) {
        header.put(member, value);
        return this;
    }

    /** Changes the line of the n-th entry, from 0. */
    SampleExport line(int n, UnaryOperator<String> change) {
        lines.set(n, change.apply(lines.get(n)));
        return this;
    }

    /** The file, its trailer right for what is in it. */
    byte[] sealed() {
        return sealed(-1, new byte[0]);
    }

    /** The file with other bytes as the n-th line, its trailer right for what is in it. */
    byte[] sealed(int n, byte[] other) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(utf8(CanonicalJson.text(header) + "\n"));
        for (int i = 0; i < lines.size(); i++) {
            out.writeBytes(i == n ? other : utf8(lines.get(i)));
            out.write('\n');
        }
        String digest = HexFormat.of().formatHex(Merkle.sha256().digest(out.toByteArray()));
        out.writeBytes(utf8(
                "{\"entries\":%d,\"last_hash\":\"%s\",\"sha256\":\"%s\"}\n".formatted(lines.size(), lastHash, digest)));
        return out.toByteArray();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> left(List<byte[]> leaves, int from) {
        List<String> roots = new ArrayList<>();
        int at = 0;
        for (int bit = Integer.highestOneBit(Math.max(from, 1)); bit > 0; bit >>= 1) {
            if ((from & bit) != 0) {
                roots.add(root(leaves, at, at + bit));
                at += bit;
            }
        }
        return roots;
    }

    private static List<String> right(List<byte[]> leaves, int to) {
        List<String> roots = new ArrayList<>();
        int at = to;
        while (at < leaves.size()) {
            int width = at == 0 ? Integer.highestOneBit(leaves.size()) : Integer.lowestOneBit(at);
            while (at + width > leaves.size()) {
                width >>= 1;
            }
            roots.add(root(leaves, at, at + width));
            at += width;
        }
        return roots;
    }

    private static String root(List<byte[]> leaves, int from, int to) {
        return HexFormat.of().formatHex(Rfc6962.root(leaves.subList(from, to)));
    }
}
