package io.sonia.memory;

import io.sonia.contracts.memory.SearchHit.Components;
import io.sonia.contracts.memory.SearchMode;
import io.sonia.contracts.memory.SearchRequest;
import io.sonia.journal.Sql;
import io.sonia.memory.Searches.Found;
import io.sonia.memory.Searches.Search;
import io.sonia.memory.Vectors.Near;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds the memories whose vectors are nearest to a question's: candidates by the signs of the vectors, then by the angle
 * itself, read from the store in the same moment as what may be shown, so that nothing comes back that is gone.
 */
final class Nearest {

    /** Vectors compared exactly for each hit wanted, and at least. */
    private static final int CANDIDATES_PER_HIT = 8;

    private static final int MIN_CANDIDATES = 200;

    /** If too few of them may be shown, once more so many times as many. */
    private static final int WIDER = 10;

    /** What is asked, with the model that made the vector, and the codes to look among. */
    record Question(float[] vector, String model, SignCodes codes) {}

    /**
     * What was found, nearest first.
     *
     * @param cosines of everything that was compared, by the memory's number
     */
    record Neighbours(List<Found> hits, Map<Long, Double> cosines) {}

    private final Searches searches;

    Nearest(Searches searches) {
        this.searches = searches;
    }

    /** Up to {@code most} memories; a hit's score is the cosine of the angle, 0 for an obtuse one. */
    Neighbours find(Sql sql, Search search, Question question, int most) throws SQLException {
        LongPredicate allowed = allowed(sql, search);
        int candidates = Math.max(MIN_CANDIDATES, most * CANDIDATES_PER_HIT);
        Neighbours found = find(sql, search, question, new Width(candidates, most), allowed);
        boolean more = found.cosines().size() >= candidates;
        return found.hits().size() < search.request().limit() && more
                ? find(sql, search, question, new Width(candidates * WIDER, most), allowed)
                : found;
    }

    private record Width(int candidates, int hits) {}

    /** Where a filter may leave few of many memories, those few are looked among from the start. */
    private @Nullable LongPredicate allowed(Sql sql, Search search) throws SQLException {
        SearchRequest request = search.request();
        if (request.sessionId() == null && request.types().isEmpty() && request.asOf() == null) {
            return null;
        }
        Set<Long> all = searches.all(sql, search);
        return all::contains;
    }

    private Neighbours find(Sql sql, Search search, Question question, Width width, @Nullable LongPredicate allowed)
            throws SQLException {
        List<Long> candidates = question.codes()
                .nearest(question.vector(), width.candidates(), search.request().userId(), allowed);
        List<Near> near = Vectors.near(sql, candidates, question.model(), question.vector());
        near.sort(Comparator.comparingDouble(Near::cosine)
                .thenComparingLong(Near::seq)
                .reversed());
        Map<Long, Double> cosines = new LinkedHashMap<>();
        near.forEach(each -> cosines.put(each.seq(), each.cosine()));
        return new Neighbours(visible(sql, search, near, width.hits()), cosines);
    }

    /** The first so many that may be shown, each text of a user once. */
    private List<Found> visible(Sql sql, Search search, List<Near> near, int most) throws SQLException {
        List<Found> hits = new ArrayList<>();
        Set<String> shown = new HashSet<>();
        for (int from = 0; from < near.size() && hits.size() < most; from += most) {
            List<Near> piece = near.subList(from, Math.min(near.size(), from + most));
            Map<Long, Found> visible = new LinkedHashMap<>();
            searches.among(sql, search, piece.stream().map(Near::seq).toList())
                    .forEach(each -> visible.put(each.seq(), each));
            for (Near each : piece) {
                Found found = visible.get(each.seq());
                if (found != null && hits.size() < most && shown.add(found.twin())) {
                    hits.add(scored(found, Math.clamp(each.cosine(), 0, 1)));
                }
            }
        }
        return hits;
    }

    private static Found scored(Found found, double cosine) {
        return Blend.with(found, cosine, SearchMode.VECTOR, new Components(null, cosine));
    }
}
