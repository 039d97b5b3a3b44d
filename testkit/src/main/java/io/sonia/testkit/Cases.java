package io.sonia.testkit;

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

    /** A text of up to so many characters of every kind, control characters and halves of pairs among them. */
    public static String text(Random random, int most) {
        StringBuilder text = new StringBuilder();
        for (int left = random.nextInt(most + 1); left > 0; left--) {
            text.appendCodePoint(
                    switch (random.nextInt(8)) {
                        case 0 -> random.nextInt(' ');
                        case 1 -> 0x7F + random.nextInt(0x81);
                        case 2 -> 0x2000 + random.nextInt(0x70);
                        case 3 -> Character.MIN_SURROGATE + random.nextInt(0x800);
                        case 4 -> random.nextInt(Character.MIN_SUPPLEMENTARY_CODE_POINT);
                        case 5 -> random.nextInt(Character.MAX_CODE_POINT + 1);
                        default -> ' ' + random.nextInt(0x5F);
                    });
        }
        return text.toString();
    }

    /** Up to so many of the pieces, which bars divide, in any order, and now and then another text between them. */
    public static String mixture(Random random, int most, String piecesWithBars) {
        String[] pieces = piecesWithBars.split("\\|", -1);
        StringBuilder mixture = new StringBuilder();
        for (int left = random.nextInt(most + 1); left > 0; left--) {
            boolean foreign = random.nextInt(pieces.length + 1) == 0;
            mixture.append(foreign ? text(random, 10) : pieces[random.nextInt(pieces.length)]);
        }
        return mixture.toString();
    }
}
