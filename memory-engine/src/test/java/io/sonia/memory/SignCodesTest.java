package io.sonia.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.memory.Vectors.Owner;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SignCodesTest {

    private static final int DIMENSIONS = 100;
    private static final int MANY = 9000;

    private static final Owner MINE = new Owner("usr_1", false);

    private final Random random = new Random(11);
    private final SignCodes codes = new SignCodes();

    private float[] vector() {
        float[] vector = new float[DIMENSIONS];
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
    }

    private void put(long seq, Owner owner, float[] vector) {
        codes.put(seq, owner, vector.length, SignCodes.code(vector));
    }

    @Test
    void theFewestDifferencesComeFirstInWhateverStretchTheyAre() {
        List<float[]> all = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            all.add(vector());
            put(i + 1, MINE, all.get(i));
        }
        float[] asked = vector();
        List<Integer> differences =
                all.stream().map(each -> different(each, asked)).toList();
        int fiftieth = differences.stream().sorted().toList().get(49);

        List<Long> found = codes.nearest(asked, 50, null, null);

        assertThat(found).hasSizeBetween(50, 100).doesNotHaveDuplicates();
        assertThat(found).allMatch(seq -> differences.get((int) (seq - 1)) <= fiftieth);
        for (int i = 0; i < MANY; i++) {
            if (differences.get(i) < fiftieth) {
                assertThat(found).contains(i + 1L);
            }
        }
    }

    private static int different(float[] a, float[] b) {
        int count = 0;
        for (int i = 0; i < a.length; i++) {
            count += a[i] > 0 == b[i] > 0 ? 0 : 1;
        }
        return count;
    }

    @Test
    void whatIsNearByAngleIsAmongTheCandidates() {
        List<float[]> all = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            all.add(vector());
            put(i, MINE, all.get(i));
        }
        int hits = 0;
        for (int round = 0; round < 20; round++) {
            float[] asked = all.get(round * 100).clone();
            for (int i = 0; i < DIMENSIONS; i++) {
                asked[i] += (float) random.nextGaussian();
            }
            long nearest = all.indexOf(all.stream()
                    .max(Comparator.comparingDouble(each -> cosine(each, asked)))
                    .orElseThrow());
            hits += codes.nearest(asked, 200, null, null).contains(nearest) ? 1 : 0;
        }
        assertThat(hits).isEqualTo(20);
    }

    private static double cosine(float[] a, float[] b) {
        double dot = 0;
        double length = 0;
        for (int i = 0; i < a.length; i++) {
            dot += a[i] * b[i];
            length += a[i] * a[i];
        }
        return dot / Math.sqrt(length);
    }

    @Test
    void aUserSeesItsOwnAndWhatEverybodySees() {
        float[] vector = vector();
        put(1, MINE, vector);
        put(2, new Owner("usr_2", false), vector);
        put(3, new Owner(null, true), vector);
        put(4, new Owner(null, false), vector);

        assertThat(codes.nearest(vector, 10, "usr_1", null)).containsExactlyInAnyOrder(1L, 3L);
        assertThat(codes.nearest(vector, 10, "usr_3", null)).containsExactly(3L);
        assertThat(codes.nearest(vector, 10, null, null)).containsExactlyInAnyOrder(1L, 2L, 3L, 4L);
        assertThat(codes.nearest(vector, 10, null, seq -> seq == 4)).containsExactly(4L);
    }

    @Test
    void aNewCodeOfAMemoryReplacesTheFormerOne() {
        float[] vector = vector();
        float[] opposite = new float[DIMENSIONS];
        for (int i = 0; i < DIMENSIONS; i++) {
            opposite[i] = -vector[i];
        }
        put(7, MINE, vector);
        put(8, MINE, vector);
        put(7, MINE, opposite);

        assertThat(codes.size()).isEqualTo(2);
        assertThat(codes.nearest(vector, 1, null, null)).containsExactly(8L);
        assertThat(codes.nearest(opposite, 1, null, null)).containsExactly(7L);
    }

    @Test
    void aCodeIsReadAsItWasWritten() {
        long[] code = SignCodes.code(vector());
        assertThat(SignCodes.read(SignCodes.bytes(code))).isEqualTo(code);
        assertThat(SignCodes.bytes(new long[] {1})).isEqualTo(new byte[] {1, 0, 0, 0, 0, 0, 0, 0});
    }

    @Test
    void thereIsABoundToWhatIsHeld() {
        long[] wide = new long[4096 / Long.SIZE];
        int most = (int) (SignCodes.MAX_BYTES / ((long) wide.length * Long.BYTES));
        for (int i = 0; i <= most; i++) {
            codes.put(i, MINE, 4096, wide);
        }
        assertThat(codes.full()).isTrue();
        assertThat(codes.size()).isLessThan(most);
    }
}
