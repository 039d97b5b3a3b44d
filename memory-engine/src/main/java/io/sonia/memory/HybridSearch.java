package io.sonia.memory;

import io.sonia.contracts.memory.SearchAnswer;
import io.sonia.contracts.memory.SearchHit;
import io.sonia.contracts.memory.SearchMode;
import io.sonia.contracts.memory.SearchRequest;
import io.sonia.journal.Journal;
import io.sonia.journal.Sql;
import io.sonia.kernel.Clock;
import io.sonia.kernel.http.Context;
import io.sonia.memory.Searches.Found;
import io.sonia.memory.Searches.Search;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Searches in the way that is asked for, or by words where that is not possible, and says which it was and why. */
final class HybridSearch {

    /** Hits of each kind that are blended, for each hit wanted, and at least. */
    private static final int DEPTH_PER_HIT = 3;

    private static final int MIN_DEPTH = 30;

    private static final String REBUILDING = "the index is being made anew";
    private static final String NO_MODEL = "no embedding model";
    private static final String READING = "the vectors are being read";
    private static final String CHANGED = "the embedding model gives vectors of another kind than before";
    private static final String FULL = "there are more vectors than memory is set aside for";

    private final Journal journal;
    private final Clock clock;
    private final BooleanSupplier rebuilding;
    private final @Nullable Embedding embedding;
    private final MemoryConfig.Weights weights;
    private final Searches searches = new Searches();
    private final Nearest nearest = new Nearest(searches);

    /**
     * Over the memories of a journal.
     *
     * @param rebuilding true while the full-text index does not have every memory
     * @param embedding null without an embedding model
     */
    HybridSearch(
            Foundation base, BooleanSupplier rebuilding, @Nullable Embedding embedding, MemoryConfig.Weights weights) {
        this.journal = base.journal();
        this.clock = base.clock();
        this.rebuilding = rebuilding;
        this.embedding = embedding;
        this.weights = weights;
    }

    SearchAnswer search(SearchRequest request, Context context) {
        Search search = Search.of(request, List.of(), clock.now());
        return switch (request.mode()) {
            case SUBSTRING ->
                answer(request, journal.read(sql -> searches.byText(sql, search)), SearchMode.SUBSTRING, null);
            case KEYWORD -> byWords(search, null);
            case VECTOR, HYBRID -> byMeaning(search, context);
        };
    }

    /** @param reason why it is not by meaning, if that was asked for */
    private SearchAnswer byWords(Search search, @Nullable String reason) {
        boolean behind = rebuilding.getAsBoolean();
        List<Found> found = journal.read(sql -> searches.byWords(sql, search));
        return answer(search.request(), found, SearchMode.KEYWORD, behind ? REBUILDING : reason);
    }

    private SearchAnswer byMeaning(Search search, Context context) {
        Embedding vectors = embedding;
        if (vectors == null) {
            return byWords(search, NO_MODEL);
        }
        if (!vectors.loaded()) {
            return byWords(search, READING);
        }
        Embedder.Meaning meaning = vectors.meaning(search.request().query(), context);
        float[] vector = meaning.vector();
        if (vector == null) {
            return byWords(search, meaning.reason());
        }
        SignCodes codes = vectors.codes();
        if (codes.size() > 0 && codes.dimensions() != vector.length) {
            vectors.doubt();
            return byWords(search, CHANGED);
        }
        Nearest.Question question = new Nearest.Question(vector, vectors.model(), codes);
        boolean behind = search.request().mode() == SearchMode.HYBRID && rebuilding.getAsBoolean();
        return journal.read(sql -> {
            List<Found> found = byMeaning(sql, search, question);
            return answer(
                    search.request(),
                    found,
                    search.request().mode(),
                    behind ? REBUILDING : codes.full() ? FULL : waiting(sql));
        });
    }

    private static @Nullable String waiting(Sql sql) throws SQLException {
        long pending = Vectors.pending(sql);
        return pending == 0 ? null : pending + " memories have no vector yet";
    }

    private List<Found> byMeaning(Sql sql, Search search, Nearest.Question question) throws SQLException {
        int limit = search.request().limit();
        if (search.request().mode() == SearchMode.VECTOR) {
            return nearest.find(sql, search, question, limit).hits();
        }
        int depth = Math.max(MIN_DEPTH, limit * DEPTH_PER_HIT);
        List<Found> words = searches.byWords(sql, search.upTo(depth));
        Nearest.Neighbours near = nearest.find(sql, search, question, depth);
        Blend blend = new Blend(weights, near);
        List<Long> seqs = words.stream().map(Found::seq).toList();
        blend.also(Vectors.near(sql, blend.unknown(seqs), question.model(), question.vector()));
        return blend.of(words, limit);
    }

    private static SearchAnswer answer(
            SearchRequest request, List<Found> found, SearchMode mode, @Nullable String reason) {
        List<SearchHit> good = found.stream()
                .map(Found::hit)
                .filter(hit -> hit.score() >= request.minScore())
                .toList();
        List<SearchHit> hits = withinBudget(good, request.maxTokens());
        return new SearchAnswer(
                request.query(),
                hits,
                hits.size(),
                mode,
                reason != null,
                reason,
                request.maxTokens(),
                hits.size() < good.size());
    }

    /** Leaves out each hit that does not fit into what the better ones left. */
    private static List<SearchHit> withinBudget(List<SearchHit> hits, @Nullable Integer maxTokens) {
        int left = maxTokens == null ? Memories.MAX_ANSWER_TOKENS : maxTokens;
        List<SearchHit> fitting = new ArrayList<>();
        for (SearchHit hit : hits) {
            int tokens = Math.ceilDiv(hit.content().length(), Memories.CHARS_PER_TOKEN);
            if (tokens <= left) {
                left -= tokens;
                fitting.add(hit);
            }
        }
        return fitting;
    }
}
