package io.sonia.kernel;

import java.util.Random;
import java.util.function.Consumer;

/** Cases drawn at random, the same ones in each run; the failure of one says how it is drawn again. */
public final class Cases {

    private static final long SEED = 20260131;

    private Cases() {}

    /** Checks one case after the other up to the first that fails, each with a source of randomness of its own. */
    public static void each(int count, Consumer<Random> check) {
        Random seeds = new Random(SEED);
        for (int number = 1; number <= count; number++) {
            long seed = seeds.nextLong();
            try {
                check.accept(new Random(seed));
            } catch (RuntimeException | Error failure) {
                throw new AssertionError(
                        "case %d of %d, new Random(%dL): %s".formatted(number, count, seed, failure.getMessage()),
                        failure);
            }
        }
    }
}
