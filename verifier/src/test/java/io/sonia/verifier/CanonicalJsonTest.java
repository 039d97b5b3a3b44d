package io.sonia.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CanonicalJsonTest {

    /** RFC 8785 appendix B. */
    @Test
    void numbersAreWrittenAsInTheStandard() {
        Map.ofEntries(
                        Map.entry(0x0000000000000000L, "0"),
                        Map.entry(0x8000000000000000L, "0"),
                        Map.entry(0x0000000000000001L, "5e-324"),
                        Map.entry(0x8000000000000001L, "-5e-324"),
                        Map.entry(0x7fefffffffffffffL, "1.7976931348623157e+308"),
                        Map.entry(0xffefffffffffffffL, "-1.7976931348623157e+308"),
                        Map.entry(0x4340000000000000L, "9007199254740992"),
                        Map.entry(0xc340000000000000L, "-9007199254740992"),
                        Map.entry(0x4430000000000000L, "295147905179352830000"),
                        Map.entry(0x44b52d02c7e14af5L, "9.999999999999997e+22"),
                        Map.entry(0x44b52d02c7e14af6L, "1e+23"),
                        Map.entry(0x44b52d02c7e14af7L, "1.0000000000000001e+23"),
                        Map.entry(0x444b1ae4d6e2ef4eL, "999999999999999700000"),
                        Map.entry(0x444b1ae4d6e2ef4fL, "999999999999999900000"),
                        Map.entry(0x444b1ae4d6e2ef50L, "1e+21"),
                        Map.entry(0x3eb0c6f7a0b5ed8cL, "9.999999999999997e-7"),
                        Map.entry(0x3eb0c6f7a0b5ed8dL, "0.000001"),
                        Map.entry(0x41b3de4355555553L, "333333333.3333332"),
                        Map.entry(0x41b3de4355555554L, "333333333.33333325"),
                        Map.entry(0x41b3de4355555555L, "333333333.3333333"),
                        Map.entry(0x41b3de4355555556L, "333333333.3333334"),
                        Map.entry(0x41b3de4355555557L, "333333333.33333343"),
                        Map.entry(0xbecbf647612f3696L, "-0.0000033333333333333333"),
                        Map.entry(0x43143ff3c1cb0959L, "1424953923781206.2"))
                .forEach((bits, text) -> assertThat(CanonicalJson.number(Double.longBitsToDouble(bits)))
                        .isEqualTo(text));
    }

    @Test
    void keysAreSortedAsUtf16AndTextsEscapedAsLittleAsPossible() {
        String text = "{\"\\u20ac\":\"a\",\"\\r\":1,\"\\ufb33\":[ ],\"1\":{ },\"\\ud83d\\ude00\":null,\"\\u0080\":1.50,"
                + "\"\\u00f6\":\"\\u000f\\u001f\\u007f\\/\\\"\\\\\"}";
        assertThat(CanonicalJson.text(Json.parse(text.getBytes(StandardCharsets.UTF_8))))
                .isEqualTo(
                        "{\"\\r\":1,\"1\":{},\"\u0080\":1.5,\"\u00f6\":\"\\u000f\\u001f\u007f/\\\"\\\\\",\"\u20ac\":\"a\","
                                + "\"\ud83d\ude00\":null,\"\ufb33\":[]}");
    }

    @Test
    void everyNumberReadsBackAndNoShorterOneDoes() {
        Random random = new Random(8785);
        for (int i = 0; i < 100_000; i++) {
            double value = Double.longBitsToDouble(random.nextLong());
            if (Double.isFinite(value)) {
                assertThat(Double.parseDouble(CanonicalJson.number(value))).isEqualTo(value == 0 ? 0.0 : value);
            }
        }
    }
}
