package io.sonia.benchmarks;

import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;

/** Something to say that was not said before, out of a vocabulary as large as a person's everyday one. */
final class Sentences {

    private static final int WORDS = 5;
    private static final int VOCABULARY = 2_000;
    private static final String[] SYLLABLES = {
        "ba", "de", "fi", "go", "hu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "zu"
    };

    private Sentences() {}

    static String next() {
        StringBuilder sentence = new StringBuilder();
        for (int i = 0; i < WORDS; i++) {
            sentence.append(i == 0 ? "" : " ");
            word(ThreadLocalRandom.current().nextInt(VOCABULARY), sentence);
        }
        return sentence.toString();
    }

    /** The same number is always the same word. */
    private static void word(int number, StringBuilder out) {
        SplittableRandom random = new SplittableRandom(number);
        for (int i = 0; i < 3; i++) {
            out.append(SYLLABLES[random.nextInt(SYLLABLES.length)]);
        }
    }
}
