package io.sonia.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {

    private static Object parse(String text) {
        return Json.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void valuesAreRead() {
        assertThat(parse(" {\"a\" : [1, -2.5e1, true, false, null, \"x\"], \"\": {}} "))
                .isEqualTo(Map.of("a", Arrays.asList(1L, -25.0, true, false, null, "x"), "", Map.of()));
        assertThat(parse("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\uDE00\u00e9\ud83d\ude00\""))
                .isEqualTo("\"\\/\b\f\n\r\t\u00e9\ud83d\ude00\u00e9\ud83d\ude00");
        assertThat(parse("[9007199254740991,-9007199254740991,-0,0.0,1E400e]".replace("1E400e", "1E300")))
                .isEqualTo(List.of(9007199254740991L, -9007199254740991L, 0L, 0.0, 1E300));
    }

    @Test
    void everythingElseIsMalformed() {
        for (String text : List.of(
                "",
                " ",
                "{",
                "}",
                "[",
                "[1",
                "[1,",
                "[1,]",
                "[,1]",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{a:1}",
                "{'a':1}",
                "{\"a\":1 \"b\":2}",
                "[1 2]",
                "1 2",
                "[]]",
                "tru",
                "truE",
                "nul",
                "nulll",
                "None",
                "NaN",
                "Infinity",
                "01",
                "-",
                "+1",
                ".5",
                "1.",
                "1e",
                "1e+",
                "0x10",
                "1_0",
                "\"",
                "\"\\",
                "\"\\\"",
                "\"\\x\"",
                "\"\\u12\"",
                "\"\\u12g4\"",
                "\"\\uff11234\"".replace("1234", "\uff11"),
                "\"a\nb\"",
                "\"\u0000\"",
                "\"\\ud800\"",
                "\"\\udc00\"",
                "\"\\ud800\\ud800\"",
                "\"\\ud800x\"",
                "\"\\ude00\\ud83d\"",
                "{\"a\":1,\"a\":2}",
                "{\"a\":null,\"\\u0061\":null}",
                "\ufeff1",
                "// x\n1",
                "/**/1",
                "1e999",
                "-1e999",
                "9007199254740992",
                "-9007199254740992",
                "99999999999999999999999999",
                "0." + "0".repeat(2000),
                "\u00a01",
                "\f1",
                "[".repeat(33) + "]".repeat(33),
                "{\"a\":".repeat(100_000))) {
            assertThat(Attempt.of(() -> parse(text)).verified()).as(text).isFalse();
            Attempt.of(() -> parse(text)).isRefused(Reason.MALFORMED);
        }
        assertThat(parse("[".repeat(32) + "]".repeat(32))).isNotNull();
    }

    @Test
    void bytesThatAreNotUtf8AreMalformed() {
        for (int[] bytes : new int[][] {
            {0xFF},
            {0x80},
            {0xC0, 0x80},
            {0xC3},
            {0xED, 0xA0, 0x80},
            {0xF4, 0x90, 0x80, 0x80},
            {0xE2, 0x82},
            {0xF8, 0x88}
        }) {
            byte[] text = new byte[bytes.length + 2];
            text[0] = '"';
            for (int i = 0; i < bytes.length; i++) {
                text[i + 1] = (byte) bytes[i];
            }
            text[text.length - 1] = '"';
            Attempt.of(() -> Json.parse(text)).isRefused(Reason.MALFORMED);
        }
    }
}
