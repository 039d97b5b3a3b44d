package io.sonia.memory;

import io.sonia.contracts.memory.SearchHit;
import io.sonia.contracts.memory.SearchHit.Components;
import io.sonia.contracts.memory.SearchMode;
import io.sonia.memory.Searches.Found;
import io.sonia.memory.Vectors.Near;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One list out of what was found by words and what by meaning. A score is the weighted sum of both, each scaled to 0..1
 * over its own list: words by the best hit, cosines from the farthest to the nearest vector that was compared. For one
 * thread.
 */
final class Blend {

    private final MemoryConfig.Weights weights;
    private final List<Found> near;
    private final Map<Long, Double> cosines;
    private final double farthest;
    private final double nearest;

    Blend(MemoryConfig.Weights weights, Nearest.Neighbours neighbours) {
        this.weights = weights;
        this.near = neighbours.hits();
        this.cosines = new LinkedHashMap<>(neighbours.cosines());
        this.nearest =
                cosines.values().stream().mapToDouble(Double::doubleValue).max().orElse(1);
        this.farthest =
                cosines.values().stream().mapToDouble(Double::doubleValue).min().orElse(0);
    }

    /** Those of some memories whose vectors were not compared yet. */
    List<Long> unknown(Collection<Long> seqs) {
        return seqs.stream().filter(each -> !cosines.containsKey(each)).toList();
    }

    void also(List<Near> compared) {
        compared.forEach(each -> cosines.put(each.seq(), each.cosine()));
    }

    /** The best of both lists. */
    List<Found> of(List<Found> words, int limit) {
        List<Found> all = new ArrayList<>();
        Set<String> shown = new HashSet<>();
        for (Found each : words) {
            shown.add(each.twin());
            all.add(scored(each, each.hit().score()));
        }
        for (Found each : near) {
            if (shown.add(each.twin())) {
                all.add(scored(each, 0));
            }
        }
        all.sort(Comparator.<Found>comparingDouble(each -> each.hit().score())
                .thenComparingLong(Found::seq)
                .reversed());
        return all.stream().limit(limit).toList();
    }

    private Found scored(Found found, double keyword) {
        Double cosine = cosines.get(found.seq());
        double meaning = cosine == null ? 0 : scaled(cosine);
        double score = (weights.keyword() * keyword + weights.vector() * meaning) / weights.sum();
        SearchMode source = cosine == null ? SearchMode.KEYWORD : keyword == 0 ? SearchMode.VECTOR : SearchMode.HYBRID;
        return with(found, score, source, new Components(keyword, cosine == null ? null : meaning));
    }

    private double scaled(double cosine) {
        return nearest <= farthest ? 1 : Math.clamp((cosine - farthest) / (nearest - farthest), 0, 1);
    }

    /** The same memory with another score. */
    static Found with(Found found, double score, SearchMode source, Components components) {
        SearchHit hit = found.hit();
        return new Found(
                found.seq(),
                found.twin(),
                new SearchHit(
                        hit.id(),
                        hit.type(),
                        hit.content(),
                        hit.metadata(),
                        hit.createdAt(),
                        score,
                        source,
                        components));
    }
}
