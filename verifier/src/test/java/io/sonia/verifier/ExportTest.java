package io.sonia.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExportTest {

    private static final String CHAIN = "eva-os";

    private final SampleNotary notary = SampleNotary.installation("a");
    private final String keys = notary.verifierKey();
    private final SampleChain chain = new SampleChain(CHAIN, 20);

    private SampleExport export() {
        return new SampleExport(chain, notary, 4, 9, 20).after(chain, notary, 7, 20);
    }

    @Test
    void anExportVerifies() {
        Attempt.export(export().sealed(), keys).isVerified();
    }

    @Test
    void everyFlippedBitOfTheHeaderAndTrailerAndEveryTruncationIsFound() {
        SampleExport export = new SampleExport(chain, notary, 4, 4, 20);
        byte[] file = export.sealed();
        Attempt.export(file, keys).isVerified();
        int entry = 8 * CanonicalJson.bytes(export.header).length;
        int trailer = entry + 8 * CanonicalJson.bytes(chain.entry(4)).length;
        for (int bit = 0; bit < file.length * 8; bit += bit == entry ? trailer - entry : 1) {
            flip(file, bit);
            assertThat(Attempt.export(file, keys).verified()).as("bit " + bit).isFalse();
            flip(file, bit);
        }
        for (int length = 0; length < file.length; length++) {
            assertThat(Attempt.export(Arrays.copyOf(file, length), keys).verified())
                    .as("length " + length)
                    .isFalse();
        }
        Attempt.export(Arrays.copyOf(file, file.length - 1), keys).isRefused(Reason.TRUNCATED);
        Attempt.export(new byte[0], keys).isRefused(Reason.UNKNOWN_FORMAT);
    }

    @Test
    void theChainAloneFindsEveryFlippedBitAndTruncationOfTenKilobytes() {
        byte[] file = unsigned(11).sealed();
        assertThat(file).hasSizeBetween(9_000, 11_000);
        chained(file).isVerified();
        for (int bit = 0; bit < file.length * 8; bit++) {
            flip(file, bit);
            assertThat(chained(file).verified()).as("bit " + bit).isFalse();
            flip(file, bit);
        }
        for (int length = 0; length < file.length; length++) {
            assertThat(chained(Arrays.copyOf(file, length)).verified())
                    .as("length " + length)
                    .isFalse();
        }
    }

    @Test
    void theEntriesAloneFindEveryFlippedBitAndNameTheEntry() {
        SampleExport export = unsigned(5);
        for (int n = 0; n < export.lines.size(); n++) {
            byte[] line = export.lines.get(n).getBytes(StandardCharsets.UTF_8);
            for (int bit = 0; bit < line.length * 8; bit++) {
                flip(line, bit);
                Attempt attempt = chained(export.sealed(n, line));
                if (!sameMeaning(line, chain.entry(n + 1))) {
                    assertThat(attempt.verified()).as("bit " + bit).isFalse();
                    assertThat(attempt.refusal().firstBadSeq()).as("bit " + bit).isEqualTo(n + 1);
                }
                flip(line, bit);
            }
        }
    }

    /** The first entries without a checkpoint: checking signatures would be most of the work. */
    private SampleExport unsigned(int to) {
        return new SampleExport(chain, notary, 1, to, 0).with("checkpoint", null);
    }

    private static Attempt chained(byte[] file) {
        KeyRing none = new KeyRing(List.of());
        return Attempt.of(
                () -> Export.open(new ByteArrayInputStream(file), none, -1).toEnd());
    }

    private static void flip(byte[] bytes, int bit) {
        bytes[bit / 8] ^= (byte) (1 << bit % 8);
    }

    /** As after 1e+21 became 1E+21. */
    private static boolean sameMeaning(byte[] line, Map<String, Object> entry) {
        Object[] value = new Object[1];
        Attempt attempt = Attempt.of(() -> value[0] = Json.parse(line));
        return attempt.verified() && CanonicalJson.text(value[0]).equals(CanonicalJson.text(entry));
    }

    @Test
    void everyChangedFieldIsNamedThoughTheTrailerFits() {
        SampleExport export = unsigned(5);
        for (int seq : new int[] {1, 3, 5}) {
            for (String member : EntryField.MEMBERS) {
                for (Object value : values(chain.entry(seq).get(member))) {
                    Map<String, Object> entry = chain.entry(seq);
                    entry.put(member, value);
                    Attempt attempt = chained(export.sealed(seq - 1, CanonicalJson.bytes(entry)));
                    assertThat(attempt.verified()).as(member).isFalse();
                    assertThat(attempt.refusal().firstBadSeq()).as(member).isEqualTo(seq);
                }
            }
        }
    }

    @Test
    void headerAndTrailerAreOfTheEntriesBetweenThem() {
        Attempt.export(export().with("first_hash", chain.hash(5)).sealed(), keys)
                .isRefused(4, Reason.HEADER_MISMATCH);
        Attempt.export(export().with("last_hash", chain.hash(8)).sealed(), keys).isRefused(9, Reason.HEADER_MISMATCH);
        Attempt.export(export().with("more", 1L).sealed(), keys).isRefused(Reason.MALFORMED);
        SampleExport fromTheStart = new SampleExport(chain, notary, 1, 3, 20).with("prev_hash", chain.hash(2));
        Attempt.export(fromTheStart.sealed(), keys).isRefused(Reason.HEADER_MISMATCH);
        String text = new String(export().sealed(), StandardCharsets.UTF_8);
        for (String other : List.of(
                text.replace("{\"entries\":6", "{\"entries\":7"),
                text.replace("6,\"last_hash\":\"" + chain.hash(9), "6,\"last_hash\":\"" + chain.hash(8)))) {
            assertThat(other).isNotEqualTo(text);
            Attempt.export(other.getBytes(StandardCharsets.UTF_8), keys).isRefused(Reason.HEADER_MISMATCH);
        }
    }

    @Test
    void theSubtreesAroundTheSegmentAreAllThere() {
        Map<?, ?> range = (Map<?, ?>) export().header.get("range");
        for (String side : List.of("left", "right")) {
            List<?> roots = (List<?>) range.get(side);
            List<?> many = Collections.nCopies(roots.size() + 1, roots.getFirst());
            for (Object other : List.of(List.of(), roots.subList(1, roots.size()), many)) {
                Attempt.export(
                                export().with("range", changed(range, side, other))
                                        .sealed(),
                                keys)
                        .isRefused(Reason.MALFORMED);
            }
        }
    }

    @Test
    void checkpointsOfAnotherChainAreNamed() {
        String other = notary.checkpoint("openclaw", chain.tree(20));
        Attempt.export(export().with("checkpoint", other).with("previous", null).sealed(), keys)
                .isRefused(Reason.CHAIN_MISMATCH);
        Map<String, Object> previous =
                Map.of("checkpoint", notary.checkpoint("openclaw", chain.tree(7)), "path", path(7));
        Attempt.export(export().with("previous", previous).sealed(), keys).isRefused(Reason.CHAIN_MISMATCH);
    }

    @Test
    void entriesOfAnotherChainAreNamed() {
        SampleChain other = new SampleChain("openclaw", 20);
        SampleExport file = new SampleExport(other, notary, 4, 9, 20)
                .with("chain", CHAIN)
                .with("checkpoint", notary.checkpoint(CHAIN, chain.tree(20)));
        Attempt.export(file.sealed(), keys).isRefused(4, Reason.CHAIN_MISMATCH);
    }

    @Test
    void anEntryOfAnotherHistoryDoesNotContinueTheOneBefore() {
        SampleChain rewritten = new SampleChain(CHAIN, 20);
        rewritten.rewrite(6, "outcome", "POLICY_DENIED");
        byte[] file =
                export().line(3, line -> CanonicalJson.text(rewritten.entry(7))).sealed();
        Attempt.export(file, keys).isRefused(7, Reason.PREV_HASH_MISMATCH);
        Attempt.export(export().with("prev_hash", chain.hash(2)).sealed(), keys)
                .isRefused(4, Reason.PREV_HASH_MISMATCH);
    }

    @Test
    void everyMissingOrAddedFieldIsNamed() {
        for (String member : EntryField.MEMBERS) {
            Map<String, Object> less = chain.entry(5);
            less.remove(member);
            Attempt.export(export().line(1, line -> CanonicalJson.text(less)).sealed(), keys)
                    .isRefused(5, Reason.MALFORMED);
        }
        Map<String, Object> more = chain.entry(5);
        more.put("state", "committed");
        Attempt.export(export().line(1, line -> CanonicalJson.text(more)).sealed(), keys)
                .isRefused(5, Reason.MALFORMED);
    }

    @Test
    void everyChangedMemberOfTheHeaderButTheUnattestedOnesIsFound() {
        SampleChain other = new SampleChain(CHAIN, 21);
        for (String member : export().header.keySet()) {
            if (List.of("export_id", "exported_at").contains(member)) {
                continue;
            }
            List<Object> values = new ArrayList<>(values(export().header.get(member)));
            values.add(null);
            if (member.equals("checkpoint")) {
                values.add(notary.checkpoint(CHAIN, other.tree(21)));
                values.add(SampleNotary.installation("b").checkpoint(CHAIN, chain.tree(20)));
            }
            if (member.equals("previous")) {
                values.remove(null); // an export that tells of no other one is a right one
                values.add(Map.of("checkpoint", notary.checkpoint(CHAIN, chain.tree(6)), "path", path(7)));
                values.add(Map.of("checkpoint", notary.checkpoint(CHAIN, other.tree(21)), "path", List.of()));
            }
            for (Object value : values) {
                Attempt attempt = Attempt.export(export().with(member, value).sealed(), keys);
                assertThat(attempt.verified()).as(member + " " + value).isFalse();
            }
        }
    }

    @Test
    void linesThatAreSwappedDoubledOrLeftOutAreNamed() {
        for (int n = 0; n < 5; n++) {
            SampleExport swapped = export();
            Collections.swap(swapped.lines, n, n + 1);
            Attempt.export(swapped.sealed(), keys).isRefused(4 + n, Reason.GAP);
            SampleExport doubled = export();
            doubled.lines.add(n, doubled.lines.get(n));
            Attempt.export(doubled.sealed(), keys).isRefused(5 + n, Reason.GAP);
            SampleExport less = export();
            less.lines.remove(n);
            Attempt.export(less.sealed(), keys).isRefused(4 + n, Reason.GAP);
        }
        SampleExport cut = export();
        cut.lines.removeLast();
        Attempt.export(cut.sealed(), keys).isRefused(9, Reason.GAP);
        SampleExport more = export();
        more.lines.add(CanonicalJson.text(chain.entry(10)));
        Attempt.export(more.sealed(), keys).isRefused(10, Reason.HEADER_MISMATCH);
    }

    @Test
    void aChainThatWasRewrittenAsAWholeDoesNotLeadToTheSignedRoot() {
        SampleChain rewritten = new SampleChain(CHAIN, 20);
        rewritten.rewrite(6, "outcome", "POLICY_DENIED");
        SampleExport file = new SampleExport(rewritten, notary, 4, 9, 20)
                .with("checkpoint", notary.checkpoint(CHAIN, chain.tree(20)));
        Attempt.export(file.sealed(), keys).isRefused(Reason.ROOT_MISMATCH);
    }

    @Test
    void anEarlierCheckpointOfAnotherHistoryIsInconsistent() {
        SampleChain rewritten = new SampleChain(CHAIN, 20);
        rewritten.rewrite(6, "outcome", "POLICY_DENIED");
        Map<String, Object> previous =
                Map.of("checkpoint", notary.checkpoint(CHAIN, rewritten.tree(7)), "path", path(7));
        Attempt.export(export().with("previous", previous).sealed(), keys).isRefused(Reason.INCONSISTENT);
    }

    @Test
    void entriesAfterTheCheckpointAreAttestedByNobody() {
        byte[] file = new SampleExport(chain, notary, 4, 9, 7).sealed();
        Attempt.export(file, keys).isRefused(8, Reason.UNATTESTED);
        Attempt.export(file, true, keys).isVerified();
        byte[] after = new SampleExport(chain, notary, 8, 9, 7).sealed();
        Attempt.export(after, true, keys).isRefused(8, Reason.UNATTESTED);
        byte[] without = new SampleExport(chain, notary, 8, 9, 7)
                .with("checkpoint", null)
                .sealed();
        Attempt.export(without, true, keys).isRefused(8, Reason.UNATTESTED);
    }

    @Test
    void aTailThatIsNotAttestedIsStillAChain() {
        Map<String, Object> entry = chain.entry(9);
        entry.put("outcome", "TIMEOUT");
        byte[] file = new SampleExport(chain, notary, 4, 9, 7)
                .line(5, line -> CanonicalJson.text(entry))
                .sealed();
        Attempt.export(file, true, keys).isRefused(9, Reason.HASH_MISMATCH);
    }

    @Test
    void onlyTheKeysOfTheInstallationCount() {
        SampleNotary another = SampleNotary.installation("b");
        byte[] file = export().sealed();
        Attempt.export(file, another.verifierKey()).isRefused(Reason.UNSIGNED);
        Attempt.export(file, another.verifierKey(), keys).isVerified();
        Attempt.export(file, notary.rotated().verifierKey()).isRefused(Reason.UNSIGNED);
        Attempt.export(file, notary.bundleKey().verifierKey()).isRefused(Reason.UNSIGNED);
        byte[] later = new SampleExport(chain, notary.rotated(), 4, 9, 20)
                .after(chain, notary, 7, 20)
                .sealed();
        Attempt.export(later, keys + notary.rotated().verifierKey()).isVerified();
        Attempt.export(later, keys).isRefused(Reason.UNSIGNED);
    }

    @Test
    void theSignatureOfAnotherExportIsOfAnotherText() {
        String note = notary.checkpoint(CHAIN, chain.tree(20));
        String other = notary.checkpoint(CHAIN, chain.tree(19));
        String mixed = note.substring(0, note.indexOf("\n\n")) + other.substring(other.indexOf("\n\n"));
        Attempt.export(export().with("checkpoint", mixed).sealed(), keys).isRefused(Reason.BAD_SIGNATURE);
    }

    @Test
    void theTrailerFitsTheBytesBeforeIt() {
        byte[] file = export().sealed();
        String text = new String(file, StandardCharsets.UTF_8);
        byte[] respaced = text.replaceFirst("\"outcome\":\"", "\"outcome\": \"").getBytes(StandardCharsets.UTF_8);
        Attempt.export(respaced, keys).isRefused(Reason.HEADER_MISMATCH);
        Attempt.export((text + "\n").getBytes(StandardCharsets.UTF_8), keys).isRefused(Reason.MALFORMED);
        Attempt.export((text + text).getBytes(StandardCharsets.UTF_8), keys).isRefused(Reason.MALFORMED);
    }

    @Test
    void linesAndNestingAreBounded() {
        Attempt.export(
                        export().line(1, line -> line + " ".repeat(Lines.MAX_BYTES))
                                .sealed(),
                        keys)
                .isRefused(5, Reason.MALFORMED);
        Attempt.export(
                        export().line(1, line -> line + " ".repeat(3 * Lines.MAX_BYTES))
                                .sealed(),
                        keys)
                .isRefused(5, Reason.MALFORMED);
        Attempt.export(export().line(1, line -> "[".repeat(100_000)).sealed(), keys)
                .isRefused(5, Reason.MALFORMED);
        Attempt.export("[".repeat(1_000_000).getBytes(StandardCharsets.UTF_8), keys)
                .isRefused(Reason.UNKNOWN_FORMAT);
        int room = Lines.MAX_BYTES - 1;
        Attempt.export(
                        export().line(1, line -> line + " ".repeat(room - line.getBytes(StandardCharsets.UTF_8).length))
                                .sealed(),
                        keys)
                .isVerified();
        Attempt.export(
                        export().line(
                                        1,
                                        line -> line
                                                + " ".repeat(1 + room - line.getBytes(StandardCharsets.UTF_8).length))
                                .sealed(),
                        keys)
                .isRefused(5, Reason.MALFORMED);
    }

    private List<String> path(int older) {
        return Rfc6962.consistency(older, chain.leaves(20)).stream()
                .map(HexFormat.of()::formatHex)
                .toList();
    }

    private static Map<String, Object> changed(Map<?, ?> map, String member, Object value) {
        Map<String, Object> copy = new LinkedHashMap<>();
        map.forEach((key, old) -> copy.put((String) key, old));
        copy.put(member, value);
        return copy;
    }

    /** Other values of the form and of other forms. */
    private static List<Object> values(Object value) {
        return switch (value) {
            case String text -> List.of(text + "x", "", text.toUpperCase(Locale.ROOT) + " ", 7L, List.of());
            case Long number -> List.of(number + 1, -number - 1, number + 0.5, number.toString(), Json.MAX_INTEGER);
            case Double number -> List.of(number + 1, "x", true);
            case Map<?, ?> map -> List.of(Map.of(), changed(map, "more", 1L), "x", List.of(map));
            case null, default -> List.of("x", 1L, 0.5, false, Map.of());
        };
    }
}
