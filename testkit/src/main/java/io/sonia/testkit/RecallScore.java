package io.sonia.testkit;

import io.sonia.testkit.RecallSet.Question;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** How well the questions of a {@link RecallSet} were answered, for each kind of question and for all. */
public final class RecallScore {

    private static final String ALL = "all";

    /** Sums over some questions. */
    private static final class Sum {
        private int asked;
        private int found;
        private double reciprocal;
        private int updated;
        private int stale;
    }

    private final Map<String, Sum> sums = new TreeMap<>();

    /** Takes in the numbers of the memories that were found for a question, best first, ten at most. */
    public void add(Question question, List<Integer> found) {
        for (String kind : List.of(ALL, question.kind())) {
            Sum sum = sums.computeIfAbsent(kind, each -> new Sum());
            int rank = found.indexOf(question.answer());
            sum.asked++;
            if (rank >= 0) {
                sum.found++;
                sum.reciprocal += 1.0 / (rank + 1);
            }
            Integer stale = question.stale();
            if (stale != null) {
                int former = found.indexOf(stale);
                sum.updated++;
                sum.stale += former >= 0 && (rank < 0 || former < rank) ? 1 : 0;
            }
        }
    }

    /** The part of the questions whose answer is among the first ten. */
    public double recall() {
        return of(ALL).found / (double) of(ALL).asked;
    }

    /** The mean of one divided by the answer's rank, 0 where it is not among the first ten. */
    public double meanReciprocalRank() {
        return of(ALL).reciprocal / of(ALL).asked;
    }

    /** The part of the questions about something that has changed where the former state comes before the present one. */
    public double staleFirst() {
        return of(ALL).stale / (double) of(ALL).updated;
    }

    private Sum of(String kind) {
        return sums.getOrDefault(kind, new Sum());
    }

    /** A line for each kind of question, each beginning with {@code name}. */
    public List<String> lines(String name) {
        return sums.entrySet().stream()
                .map(each -> line(name, each.getKey(), each.getValue()))
                .toList();
    }

    private static String line(String name, String kind, Sum sum) {
        return String.format(
                Locale.ROOT,
                "%-8s %-11s %4d questions  recall@10 %.3f  MRR %.3f  %s",
                name,
                kind,
                sum.asked,
                sum.found / (double) sum.asked,
                sum.reciprocal / sum.asked,
                sum.updated == 0 ? "" : "stale first %d of %d".formatted(sum.stale, sum.updated));
    }
}
