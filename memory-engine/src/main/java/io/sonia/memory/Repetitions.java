package io.sonia.memory;

import io.sonia.contracts.memory.Item;
import io.sonia.contracts.memory.SearchMode;
import io.sonia.contracts.memory.SearchRequest;
import io.sonia.contracts.memory.StoreRequest;
import io.sonia.journal.Sql;
import io.sonia.kernel.Sha256;
import io.sonia.memory.Searches.Search;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.text.Normalizer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Tells a text that is remembered already from a new one. It is remembered if a memory of the same person says the same in
 * nearly the same words and order, every word that carries a meaning included, or if it is a passage of a memory or of a
 * document that could have been recalled.
 */
final class Repetitions {

    /** Memories that a text is compared with. */
    private static final int COMPARED = 10;

    /** Words of one memory that are looked at. */
    private static final int MAX_WORDS = 20_000;

    /** Runs of words that two texts share, of all that either has. */
    private static final double SAME = 0.8;

    private static final int RUN = 3;

    /** Words from which on a text counts as a passage of a longer one; a shorter one may stand in it by chance. */
    private static final int PASSAGE = 8;

    /** Of a memory that is no document a passage has to be this much: what is left out could turn its meaning round. */
    private static final double MOST = 0.7;

    private static final int MAX_QUERY = 4_000;

    /** Words that change nothing. */
    private static final Set<String> FILLERS = Set.of("a", "an", "the", "that", "this", "please", "also", "just");

    private static final String SAME_TEXT = "SELECT * FROM ledger WHERE content_hash = ? AND user_id IS ?"
            + " AND archived_at IS NULL AND superseded_at IS NULL AND redacted_at IS NULL ORDER BY seq LIMIT 1";

    private final Ledger ledger;
    private final Searches searches = new Searches();

    Repetitions(Ledger ledger) {
        this.ledger = ledger;
    }

    /** The memory in force that says it already. */
    Optional<Item> known(Sql sql, StoreRequest request, Instant now) throws SQLException {
        String hash = Sha256.hex(request.content().getBytes(StandardCharsets.UTF_8));
        Optional<Item> same = sql.one(SAME_TEXT, Ledger::item, hash, request.userId());
        if (same.isPresent()) {
            return same;
        }
        List<String> words = words(request.content());
        if (words.isEmpty()) {
            return Optional.empty();
        }
        for (Searches.Found found : searches.byWords(sql, Search.of(asked(request), List.of(), now))) {
            Item item = ledger.require(sql, found.hit().id());
            if (repeats(words, words(text(item)), item.type().equals(Documents.TYPE))) {
                return Optional.of(item);
            }
        }
        return Optional.empty();
    }

    private static SearchRequest asked(StoreRequest request) {
        String query = request.content().substring(0, Math.min(request.content().length(), MAX_QUERY));
        return new SearchRequest(
                query, COMPARED, null, SearchMode.KEYWORD, request.userId(), null, List.of(), 0, null, false);
    }

    private static String text(Item item) {
        return item.subtype() == null
                ? item.content()
                : TypedContent.stored(item.subtype(), item.content()).text();
    }

    /** True if the new text says no more than the known one. */
    static boolean repeats(List<String> words, List<String> known, boolean document) {
        if (words.equals(known)) {
            return true;
        }
        Set<String> runs = runs(words);
        Set<String> knownRuns = runs(known);
        if (new HashSet<>(words).equals(new HashSet<>(known))) {
            Set<String> either = new HashSet<>(runs);
            either.addAll(knownRuns);
            runs.retainAll(knownRuns);
            return runs.size() >= SAME * either.size();
        }
        boolean passage = words.size() >= PASSAGE && (document || words.size() >= MOST * known.size());
        return passage && Collections.indexOfSubList(known, words) >= 0;
    }

    /** What a text says, word by word, without case, marks and fillers. */
    static List<String> words(String text) {
        String plain = Normalizer.normalize(text, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
        List<String> words = new ArrayList<>();
        for (String word : plain.split("[^\\p{L}\\p{M}\\p{N}]+", MAX_WORDS)) {
            if (!word.isEmpty() && !FILLERS.contains(word)) {
                words.add(word);
            }
        }
        return words;
    }

    private static Set<String> runs(List<String> words) {
        Set<String> runs = new HashSet<>();
        for (int i = 0; i + RUN <= words.size(); i++) {
            runs.add(String.join(" ", words.subList(i, i + RUN)));
        }
        return runs;
    }
}
