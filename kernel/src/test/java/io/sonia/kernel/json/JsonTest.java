package io.sonia.kernel.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.sonia.kernel.Cases;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

    private static final String DOCUMENT =
            "{\"a\":[1,-2.5e3,true,false,null,{}],\"b\":{\"c\":\"\\u00e9 \\ud83d\\ude00 \\n é\"},\"d\":9007199254740991}";

    private static void refused(String text) {
        refused(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void refused(byte[] bytes) {
        assertThatThrownBy(() -> Json.parse(bytes))
                .as(new String(bytes, StandardCharsets.ISO_8859_1))
                .asInstanceOf(type(SoniaException.class))
                .satisfies(refusal -> {
                    assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
                    assertThat((List<?>) refusal.details().get("violations")).hasSize(1);
                });
    }

    private static String nested(int depth) {
        return "[".repeat(depth) + "]".repeat(depth);
    }

    @Test
    void wellFormedTextBecomesPlainValuesInOrder() {
        Map<String, Object> expected = new LinkedHashMap<>();
        expected.put("a", Arrays.asList(1L, -2500.0, true, false, null, Map.of()));
        expected.put("b", Map.of("c", "é 😀 \n é"));
        expected.put("d", 9007199254740991L);

        Map<String, Object> read = Json.parseObject(DOCUMENT);

        assertThat(read).isEqualTo(expected);
        assertThat(read.keySet()).containsExactly("a", "b", "d");
    }

    @Test
    void everyTruncationIsRefused() {
        byte[] whole = DOCUMENT.getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length < whole.length; length++) {
            refused(Arrays.copyOf(whole, length));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{\"a\":1,\"a\":1}",
                "{\"b\":{\"a\":1,\"\\u0061\":2}}",
                "NaN",
                "{\"a\":NaN}",
                "{\"a\":Infinity}",
                "{\"a\":-Infinity}",
                "1e400",
                "-1e400",
                "9007199254740992",
                "-9007199254740992",
                "-9223372036854775808",
                "9223372036854775807",
                "123456789012345678901234567890",
                "\"\\ud800\"",
                "\"\\udc00\"",
                "\"\\udc00\\ud800\"",
                "\"\\ud800x\"",
                "{\"\\ud800\":1}",
                "\uFEFF{}",
                "{} {}",
                "{}x",
                "{},",
                "1 2",
                "null null",
                "{\"a\":1,}",
                "[1,]",
                "[,1]",
                "{'a':1}",
                "{a:1}",
                "{\"a\"}",
                "{\"a\":}",
                "01",
                "+1",
                ".5",
                "1.",
                "0x10",
                "1e",
                "tru",
                "TRUE",
                "// c\n1",
                "/* c */1",
                "\"\n\"",
                "\"\t\"",
                "\"\u0000\"",
                "\u0000",
                "{}\u0000",
                "\"\\x\"",
                "\"\\u12\"",
                "]",
                "}",
                "[}",
                "{]",
            })
    void malformedTextIsRefused(String text) {
        refused(text);
    }

    @Test
    void nestingIsBounded() {
        assertThat(Json.parse(nested(32))).isInstanceOf(List.class);
        refused(nested(33));
        refused(nested(10_000));
        refused("[".repeat(1_000_000));
        refused("{\"a\":".repeat(33) + "1" + "}".repeat(33));
    }

    @Test
    void bytesThatAreNotUtf8AreRefused() {
        refused(new byte[] {'"', (byte) 0xC3, '"'});
        refused(new byte[] {'"', (byte) 0xC0, (byte) 0x80, '"'});
        refused(new byte[] {'"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"'});
        refused(new byte[] {'"', (byte) 0xF5, (byte) 0x80, (byte) 0x80, (byte) 0x80, '"'});
        refused(new byte[] {'"', (byte) 0xFF, '"'});
        refused("{}".getBytes(StandardCharsets.UTF_16));
        assertThatThrownBy(() -> Json.parse("\"\uD800\"")).isInstanceOf(SoniaException.class);
    }

    @Test
    void anythingButAnObjectIsRefusedWhereAnObjectIsMeant() {
        for (String text : List.of("[]", "1", "\"x\"", "null", "true")) {
            assertThatThrownBy(() -> Json.parseObject(text)).isInstanceOf(SoniaException.class);
        }
    }

    @Test
    void integersUpToTheSafeBoundAreKept() {
        assertThat(Json.parse("9007199254740991")).isEqualTo(9007199254740991L);
        assertThat(Json.parse("-9007199254740991")).isEqualTo(-9007199254740991L);
        assertThat(Json.parse("1e308")).isEqualTo(1e308);
        assertThat(Json.parse("1e-400")).isEqualTo(0.0);
    }

    @Test
    void refusalNamesThePlaceAndNotTheContent() {
        assertThatThrownBy(() -> Json.parse("{\"a\":\n  hunter2}"))
                .asInstanceOf(type(SoniaException.class))
                .satisfies(refusal -> assertThat(refusal.details().toString())
                        .contains("line 2")
                        .doesNotContain("hunter2"));
    }

    @ParameterizedTest
    @CsvSource({"application,1", "'',0"})
    void writtenTextIsReadBack(String text, int number) {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("text", text);
        value.put("number", (long) number);
        value.put("none", null);
        value.put("list", List.of(true, 1.5, "\u0001 \" \\ /"));

        assertThat(Json.parse(Json.bytes(value))).isEqualTo(value);
    }

    @Test
    void everyValueSurvivesTheRoundTrip() {
        Cases.each(1_000, random -> {
            Object value = value(random, 4);

            assertThat(Json.parse(Json.bytes(value))).isEqualTo(value);
            assertThat(Json.parse(CanonicalJson.bytes(value))).isEqualTo(value);
        });
    }

    @Test
    void changedBytesAreReadOrRefusedAndNothingElse() {
        Cases.each(5_000, random -> {
            byte[] bytes = DOCUMENT.getBytes(StandardCharsets.UTF_8);
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                Json.parse(bytes);
            } catch (SoniaException refusal) {
                assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
            }
        });
    }

    private static Object value(Random random, int levels) {
        return switch (random.nextInt(levels == 0 ? 4 : 6)) {
            case 0 -> text(random, 20);
            case 1 -> random.nextLong(-Json.MAX_INTEGER, Json.MAX_INTEGER + 1);
            case 2 -> random.nextBoolean();
            case 3 -> fraction(random);
            case 4 -> {
                List<Object> list = new ArrayList<>();
                for (int left = random.nextInt(5); left > 0; left--) {
                    list.add(random.nextInt(10) == 0 ? null : value(random, levels - 1));
                }
                yield list;
            }
            default -> {
                Map<String, Object> map = new HashMap<>();
                for (int left = random.nextInt(5); left > 0; left--) {
                    map.put(text(random, 5), value(random, levels - 1));
                }
                yield map;
            }
        };
    }

    private static double fraction(Random random) {
        double any = Double.longBitsToDouble(random.nextLong());
        return Double.isFinite(any) && any != Math.rint(any) ? any : 0.5 + random.nextInt(1000);
    }

    private static String text(Random random, int most) {
        StringBuilder text = new StringBuilder();
        for (int left = random.nextInt(most + 1); left > 0; left--) {
            int any = random.nextInt(random.nextBoolean() ? 0x80 : Character.MAX_CODE_POINT + 1);
            text.appendCodePoint(Character.getType(any) == Character.SURROGATE ? '"' : any);
        }
        return text.toString();
    }
}
