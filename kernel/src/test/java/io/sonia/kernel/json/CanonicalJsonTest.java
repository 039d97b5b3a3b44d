package io.sonia.kernel.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.kernel.Cases;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CanonicalJsonTest {

    private static String canonical(String json) {
        return new String(CanonicalJson.bytes(Json.parse(json)), StandardCharsets.UTF_8);
    }

    /** The table of RFC 8785 appendix B. */
    @ParameterizedTest
    @CsvSource({
        "0000000000000000, 0",
        "8000000000000000, 0",
        "0000000000000001, 5e-324",
        "8000000000000001, -5e-324",
        "7fefffffffffffff, 1.7976931348623157e+308",
        "ffefffffffffffff, -1.7976931348623157e+308",
        "4340000000000000, 9007199254740992",
        "c340000000000000, -9007199254740992",
        "4430000000000000, 295147905179352830000",
        "44b52d02c7e14af5, 9.999999999999997e+22",
        "44b52d02c7e14af6, 1e+23",
        "44b52d02c7e14af7, 1.0000000000000001e+23",
        "444b1ae4d6e2ef4e, 999999999999999700000",
        "444b1ae4d6e2ef4f, 999999999999999900000",
        "444b1ae4d6e2ef50, 1e+21",
        "3eb0c6f7a0b5ed8c, 9.999999999999997e-7",
        "3eb0c6f7a0b5ed8d, 0.000001",
        "41b3de4355555553, 333333333.3333332",
        "41b3de4355555554, 333333333.33333325",
        "41b3de4355555555, 333333333.3333333",
        "41b3de4355555556, 333333333.3333334",
        "41b3de4355555557, 333333333.33333343",
        "becbf647612f3696, -0.0000033333333333333333",
        "43143ff3c1cb0959, 1424953923781206.2",
    })
    void numbersAreWrittenAsEcmaScriptDoes(String bits, String expected) {
        double value = Double.longBitsToDouble(Long.parseUnsignedLong(bits, 16));

        assertThat(new String(CanonicalJson.bytes(value), StandardCharsets.UTF_8))
                .isEqualTo(expected);
    }

    @Test
    void numbersThatAreNoneAreRefused() {
        for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            assertThatThrownBy(() -> CanonicalJson.bytes(value)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void numberIsReadBackAsItselfAndNeverLongerThanJavas() {
        Cases.each(5_000, random -> {
            double value = number(random);

            String written = CanonicalJson.number(value);

            assertThat(Double.parseDouble(written)).isEqualTo(value == 0 ? 0.0 : value);
            assertThat(written.replaceAll("e.*|[-.]", "")
                            .replaceAll("^0+|0+$", "")
                            .length())
                    .as(written)
                    .isLessThanOrEqualTo(17);
        });
    }

    @Test
    void thousandthsAreWrittenAsTheyAreReadAloud() {
        Cases.each(5_000, random -> {
            long thousandths = (random.nextLong(2_000_000_000_000_000L) - 1_000_000_000_000_000L) >> random.nextInt(50);

            assertThat(CanonicalJson.number(thousandths / 1000.0))
                    .isEqualTo(BigDecimal.valueOf(thousandths, 3)
                            .stripTrailingZeros()
                            .toPlainString());
        });
    }

    private static double number(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt(2_000_001) - 1_000_000;
            case 1 -> (random.nextInt(2_000_001) - 1_000_000) / Math.pow(10, random.nextInt(12));
            case 2 -> random.nextGaussian();
            default -> {
                double any = Double.longBitsToDouble(random.nextLong());
                yield Double.isFinite(any) ? any : 0;
            }
        };
    }

    /** The example of RFC 8785 section 3.2.2. */
    @Test
    void blanksGoAndTextIsEscapedTheOneWay() {
        assertThat(canonical("""
                        {
                          "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
                          "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
                          "literals": [null, true, false]
                        }"""))
                .isEqualTo("{\"literals\":[null,true,false],"
                        + "\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
                        + "\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
    }

    /** The example of RFC 8785 section 3.2.3. */
    @Test
    void keysAreSortedByUtf16CodeUnits() {
        assertThat(canonical("""
                        {"\\u20ac": "Euro Sign", "\\r": "Carriage Return", "\\ufb33": "Hebrew Letter Dalet With Dagesh",
                         "1": "One", "\\ud83d\\ude00": "Emoji: Grinning Face", "\\u0080": "Control",
                         "\\u00f6": "Latin Small Letter O With Diaeresis"}"""))
                .isEqualTo("{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\","
                        + "\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\","
                        + "\"😀\":\"Emoji: Grinning Face\",\"\uFB33\":\"Hebrew Letter Dalet With Dagesh\"}");
    }

    @Test
    void orderOfInsertionDoesNotMatter() {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("b", 1L);
        one.put("a", List.of(1.0, "x"));
        Map<String, Object> other = new LinkedHashMap<>();
        other.put("a", List.of(1L, "x"));
        other.put("b", 1);

        assertThat(CanonicalJson.sha256(one))
                .isEqualTo(CanonicalJson.sha256(other))
                .hasSize(64);
    }

    @Test
    void digestIsOverTheTextThatIsWritten() {
        for (String text : List.of("\uD800", "a\uDC00", "\uDC00\uD800", "\uD800\uD83D\uDE00", "fine 😀")) {
            Map<String, Object> value = Map.of("key " + text, text);
            assertThat(CanonicalJson.sha256(Json.parse(Json.bytes(value)))).isEqualTo(CanonicalJson.sha256(value));
        }
        assertThat(Json.text("x\uD800y 😀")).isEqualTo("\"x\uFFFDy 😀\"");
    }

    @Test
    void boundOnLengthHolds() {
        Cases.each(2_000, random -> {
            Map<String, Object> value = new LinkedHashMap<>();
            for (int left = random.nextInt(4); left > 0; left--) {
                Object scalar = random.nextBoolean() ? number(random) : text(random, 5);
                value.put(text(random, 3), random.nextBoolean() ? scalar : List.of(scalar, true, "\u0001"));
            }

            assertThat(CanonicalJson.mostBytes(value)).isBetween((long) CanonicalJson.bytes(value).length, 300L);
        });
    }

    private static String text(Random random, int most) {
        StringBuilder text = new StringBuilder();
        for (int left = random.nextInt(most + 1); left > 0; left--) {
            text.append((char) (random.nextBoolean() ? random.nextInt(' ') : random.nextInt(Character.MAX_VALUE)));
        }
        return text.toString();
    }
}
