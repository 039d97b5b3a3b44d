package io.sonia.memory;

import io.sonia.contracts.memory.SearchHit;
import io.sonia.memory.Searches.Found;
import io.sonia.memory.Words.Word;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Puts a newer memory before an older one that says nearly the same: what was true then should not hide what is true now.
 * Two say nearly the same if the question has the same words in common with both and they share two words or more and half
 * of their own, empty words aside. Everything else stays in its order.
 */
final class NewerFirst {

    /** Hits that are compared with each other. */
    private static final int MOST = 100;

    private static final double SHARED = 0.5;

    /** A hit with its words. */
    private record Worded(Found found, Set<String> words, Set<String> asked) {

        boolean isUpdatedBy(Worded other) {
            return other.found.seq() > found.seq()
                    && !asked.isEmpty()
                    && asked.equals(other.asked)
                    && shared(words, other.words) >= Math.max(2, SHARED * Math.min(words.size(), other.words.size()));
        }
    }

    private NewerFirst() {}

    /** The hits in their new order; a hit that moved has the score of the one it moved before. */
    static List<Found> of(List<Found> hits, String question) {
        Set<String> asked = words(question);
        List<Worded> left = new ArrayList<>();
        for (Found hit : hits.subList(0, Math.min(MOST, hits.size()))) {
            Set<String> words = words(hit.hit().content());
            Set<String> common = new HashSet<>(words);
            common.retainAll(asked);
            left.add(new Worded(hit, words, common));
        }
        List<Found> ordered = new ArrayList<>();
        while (!left.isEmpty()) {
            Worded next = left.removeFirst();
            List<Worded> newer = left.stream()
                    .filter(next::isUpdatedBy)
                    .sorted(Comparator.comparingLong(
                                    (Worded each) -> each.found().seq())
                            .reversed())
                    .toList();
            newer.forEach(each -> ordered.add(raised(each.found(), next.found())));
            left.removeAll(newer);
            ordered.add(next.found());
        }
        ordered.addAll(hits.subList(Math.min(MOST, hits.size()), hits.size()));
        return ordered;
    }

    private static int shared(Set<String> some, Set<String> others) {
        int count = 0;
        for (String each : some) {
            count += others.contains(each) ? 1 : 0;
        }
        return count;
    }

    private static Found raised(Found newer, Found older) {
        SearchHit hit = newer.hit();
        return Blend.with(newer, older.hit().score(), hit.source(), hit.components());
    }

    private static Set<String> words(String text) {
        Set<String> words = new HashSet<>();
        for (Word word : Words.asked(text)) {
            words.add(Words.stem(word.text()));
        }
        return words;
    }
}
