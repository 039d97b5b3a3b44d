package io.sonia.kernel.json;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the known name a mistyped one most likely meant, by Levenshtein distance. */
public final class Nearest {

    private static final int MAX_LENGTH = 64;

    private Nearest() {}

    /** The closest of {@code known} if it is at most a third of the name away. */
    public static Optional<String> to(String name, Collection<String> known) {
        if (name.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        int most = Math.max(2, name.length() / 3);
        return known.stream()
                .filter(each -> distance(name, each) <= most)
                .min(Comparator.comparingInt((String each) -> distance(name, each))
                        .thenComparing(each -> each));
    }

    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
