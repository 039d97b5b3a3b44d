package io.sonia.kernel.json;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * JSON text (RFC 8259, as narrow as I-JSON, RFC 7493) to and from plain values: {@code Map<String, Object>} in order of
 * appearance, {@code List}, {@code String}, {@code Long}, {@code Double}, {@code Boolean} and null.
 */
public final class Json {

    /** Integers beyond this lose digits in many readers (RFC 7493 section 2.2). */
    public static final long MAX_INTEGER = (1L << 53) - 1;

    public static final int MAX_DEPTH = 32;

    private static final char REPLACEMENT = '\uFFFD';
    private static final int MAX_TEXT = 16 * 1024 * 1024;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(StreamWriteFeature.AUTO_CLOSE_CONTENT)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_TEXT)
                    .build())
            .build();

    private Json() {}

    /**
     * Reads one JSON value and nothing after it.
     *
     * @throws SoniaException INVALID_ARGUMENT for bytes that are not UTF-8, a byte-order mark, duplicate keys, NaN,
     *     integers beyond 2^53-1, numbers beyond a double, lone surrogates, nesting over 32 or trailing text
     */
    public static @Nullable Object parse(byte[] utf8) {
        // Decoded bytes hold a lone surrogate only where an escape spells one.
        String text = decode(utf8);
        return parse(text, text.contains("\\u"));
    }

    /** As {@link #parse(byte[])}, from text. */
    public static @Nullable Object parse(String text) {
        return parse(text, true);
    }

    /** @param surrogates whether the text may hold lone surrogates */
    private static @Nullable Object parse(String text, boolean surrogates) {
        if (text.startsWith("\uFEFF")) {
            throw Violations.single("", "encoding", "the text starts with a byte-order mark");
        }
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw Violations.single("", "json", "the text is empty");
            }
            Object value = value(parser, first, surrogates);
            if (parser.nextToken() != null) {
                throw Violations.single("", "json", "there is text after the value");
            }
            return value;
        } catch (JacksonException e) {
            throw Violations.single("", "json", "not well-formed JSON" + where(e));
        }
    }

    /** Reads a JSON object; any other value is refused as INVALID_ARGUMENT. */
    public static Map<String, @Nullable Object> parseObject(byte[] utf8) {
        return object(parse(utf8));
    }

    /** As {@link #parseObject(byte[])}, from text. */
    public static Map<String, @Nullable Object> parseObject(String text) {
        return object(parse(text));
    }

    /** Compact JSON of plain values and of records (by their {@link Shape}). */
    public static byte[] bytes(@Nullable Object value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        write(value, out);
        return out.toByteArray();
    }

    /** As {@link #bytes}, as text. */
    public static String text(@Nullable Object value) {
        return new String(bytes(value), StandardCharsets.UTF_8);
    }

    /** A record as plain values, every component present: what is read from its {@link #bytes}. */
    public static Map<String, @Nullable Object> plain(Record value) {
        return Shape.of(value).plain(value);
    }

    static @Nullable Object value(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case String text -> Surrogates.replaced(text);
            case Integer number -> Long.valueOf(number);
            case Long _, Double _, Boolean _ -> value;
            case Map<?, ?> map -> {
                Map<String, @Nullable Object> plain = new LinkedHashMap<>();
                map.forEach((key, item) -> plain.put(Surrogates.replaced(String.valueOf(key)), value(item)));
                yield plain;
            }
            case Iterable<?> list -> {
                List<@Nullable Object> plain = new ArrayList<>();
                list.forEach(item -> plain.add(value(item)));
                yield plain;
            }
            case Record record -> plain(record);
            case Enum<?> constant -> WireNamed.of(constant);
            case java.time.Instant time -> Timestamps.format(time);
            default -> throw new IllegalArgumentException("no JSON form for " + value.getClass());
        };
    }

    static void write(@Nullable Object value, OutputStream out) {
        try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
            write(value, generator);
        }
    }

    static void write(@Nullable Object value, JsonGenerator generator) {
        switch (value) {
            case null -> generator.writeNull();
            case String text -> generator.writeString(Surrogates.replaced(text));
            case Long number -> generator.writeNumber(number.longValue());
            case Integer number -> generator.writeNumber(number.intValue());
            case Double number -> generator.writeNumber(number.doubleValue());
            case Boolean truth -> generator.writeBoolean(truth);
            case Map<?, ?> map -> {
                generator.writeStartObject();
                map.forEach((key, item) -> {
                    generator.writeName(Surrogates.replaced(String.valueOf(key)));
                    write(item, generator);
                });
                generator.writeEndObject();
            }
            case Iterable<?> list -> {
                generator.writeStartArray();
                list.forEach(item -> write(item, generator));
                generator.writeEndArray();
            }
            case Record record -> Shape.of(record).write(record, generator);
            case Enum<?> constant -> generator.writeString(WireNamed.of(constant));
            case java.time.Instant time -> generator.writeString(Timestamps.format(time));
            default -> throw new IllegalArgumentException("no JSON form for " + value.getClass());
        }
    }

    private static @Nullable Object value(JsonParser parser, JsonToken token, boolean surrogates) {
        return switch (token) {
            case START_OBJECT -> objectAt(parser, surrogates);
            case START_ARRAY -> listAt(parser, surrogates);
            case VALUE_STRING -> wellFormed(parser.getString(), surrogates);
            case VALUE_NUMBER_INT -> integerAt(parser);
            case VALUE_NUMBER_FLOAT -> doubleAt(parser);
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> throw Violations.single("", "json", "unexpected token");
        };
    }

    private static Map<String, @Nullable Object> objectAt(JsonParser parser, boolean surrogates) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = wellFormed(parser.currentName(), surrogates);
            int before = map.size();
            map.put(name, value(parser, parser.nextToken(), surrogates));
            if (map.size() == before) {
                throw Violations.single("", "json", "a key appears twice in one object");
            }
        }
        return map;
    }

    private static List<@Nullable Object> listAt(JsonParser parser, boolean surrogates) {
        List<@Nullable Object> list = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            list.add(value(parser, token, surrogates));
        }
        return list;
    }

    private static Long integerAt(JsonParser parser) {
        if (parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
            long number = parser.getLongValue();
            if (number >= -MAX_INTEGER && number <= MAX_INTEGER) {
                return number;
            }
        }
        throw Violations.single("", "integer", "an integer is beyond 2^53-1");
    }

    private static Double doubleAt(JsonParser parser) {
        double number = parser.getDoubleValue();
        if (!Double.isFinite(number)) {
            throw Violations.single("", "number", "a number is beyond what a double holds");
        }
        return number;
    }

    private static String wellFormed(String text, boolean surrogates) {
        if (surrogates && Surrogates.standAlone(text)) {
            throw Violations.single("", "encoding", "a text holds a lone surrogate");
        }
        return text;
    }

    private static String decode(byte[] utf8) {
        String text = new String(utf8, StandardCharsets.UTF_8);
        if (text.indexOf(REPLACEMENT) < 0) {
            return text;
        }
        // The character was written by the sender, or stands for bytes that are no UTF-8.
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException e) {
            throw Violations.single("", "encoding", "the bytes are not UTF-8");
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, @Nullable Object> object(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return (Map<String, @Nullable Object>) map;
        }
        throw SoniaException.of(ErrorCode.INVALID_ARGUMENT)
                .with("violations", List.of(new Violation("", "type", "expected an object").asMap()));
    }

    private static String where(JacksonException e) {
        var location = e.getLocation();
        return location == null ? "" : " near line " + location.getLineNr() + " column " + location.getColumnNr();
    }
}
