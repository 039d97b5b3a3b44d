package io.sonia.kernel.json;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * How one kind of value crosses the wire: read from JSON with its bounds, written back, and described as JSON Schema
 * (2020-12).
 */
sealed interface WireType {

    /** The Java value of {@code json} (never null); null after adding a violation. */
    @Nullable
    Object read(Object json, String path, Reading reading);

    Map<String, @Nullable Object> schema();

    default void write(Object value, JsonGenerator out) {
        Json.write(value, out);
    }

    /**
     * What is checked while reading: a request in full, a peer's answer only as far as types need it.
     *
     * @param placed whether violations say where they are; paths are empty otherwise
     */
    record Reading(Violations violations, boolean strict, boolean placed) {

        String field(String path, String name) {
            return !placed ? "" : path.isEmpty() ? name : path + "." + name;
        }

        String item(String path, int index) {
            return placed ? path + "[" + index + "]" : "";
        }

        @Nullable
        Object refuse(String path, String rule, String message) {
            violations.add(path, rule, message);
            return null;
        }
    }

    private static String met(Object json) {
        return switch (json) {
            case String text -> "a text";
            case Long number -> "an integer";
            case Double number -> "a number";
            case Boolean truth -> "a truth value";
            case List<?> list -> "a list";
            case Map<?, ?> map -> "an object";
            default -> "something else";
        };
    }

    record TextType(int min, int max, @Nullable Pattern pattern) implements WireType {
        @Override
        public @Nullable Object read(Object json, String path, Reading reading) {
            if (!(json instanceof String text)) {
                return reading.refuse(path, "type", "expected a text, met " + met(json));
            }
            if (!reading.strict()) {
                return text;
            }
            if (text.length() < min || text.length() > max) {
                return reading.refuse(
                        path, "length", "expected %d to %d characters, met %d".formatted(min, max, text.length()));
            }
            if (pattern != null && !pattern.matcher(text).matches()) {
                return reading.refuse(path, "pattern", "expected the form " + pattern.pattern());
            }
            return text;
        }

        @Override
        public Map<String, @Nullable Object> schema() {
            Map<String, @Nullable Object> schema = new LinkedHashMap<>();
            schema.put("type", "string");
            schema.put("minLength", min);
            schema.put("maxLength", max);
            if (pattern != null) {
                schema.put("pattern", "^(?:" + pattern.pattern() + ")$");
            }
            return schema;
        }
    }

    record IntegerType(long min, long max, boolean isInt) implements WireType {
        @Override
        public @Nullable Object read(Object json, String path, Reading reading) {
            Long number = integer(json);
            if (number == null) {
                return reading.refuse(path, "type", "expected an integer, met " + met(json));
            }
            boolean outside = number < min || number > max;
            if (outside && (reading.strict() || (isInt && number != number.intValue()))) {
                return reading.refuse(path, "range", "expected %d to %d, met %d".formatted(min, max, number));
            }
            if (isInt) {
                return number.intValue();
            }
            return number;
        }

        @Override
        public Map<String, @Nullable Object> schema() {
            return new LinkedHashMap<>(
                    Map.of("type", "integer", "minimum", min, "maximum", Math.min(max, Json.MAX_INTEGER)));
        }
    }

    /** An integer may be written with a zero fraction; JSON knows one kind of number. */
    private static @Nullable Long integer(Object json) {
        if (json instanceof Long number) {
            return number;
        }
        boolean whole =
                json instanceof Double number && number == Math.rint(number) && Math.abs(number) <= Json.MAX_INTEGER;
        return whole ? Long.valueOf(((Double) json).longValue()) : null;
    }

    record NumberType(double min, double max) implements WireType {
        @Override
        public @Nullable Object read(Object json, String path, Reading reading) {
            if (!(json instanceof Number number)) {
                return reading.refuse(path, "type", "expected a number, met " + met(json));
            }
            double value = number.doubleValue();
            if (reading.strict() && (value < min || value > max)) {
                return reading.refuse(path, "range", "expected %s to %s".formatted(min, max));
            }
            return value;
        }

        @Override
        public Map<String, @Nullable Object> schema() {
            return new LinkedHashMap<>(Map.of("type", "number", "minimum", min, "maximum", max));
        }
    }

    record TruthType() implements WireType {
        @Override
        public @Nullable Object read(Object json, String path, Reading reading) {
            return json instanceof Boolean
                    ? json
                    : reading.refuse(path, "type", "expected true or false, met " + met(json));
        }

        @Override
        public Map<String, @Nullable Object> schema() {
            return new LinkedHashMap<>(Map.of("type", "boolean"));
        }
    }

    record TimeType() implements WireType {

        @Override
        public @Nullable Object read(Object json, String path, Reading reading) {
            if (!(json instanceof String text)) {
                return reading.refuse(path, "type", "expected a time, met " + met(json));
            }
            try {
                return Timestamps.parse(text);
            } catch (DateTimeException noTime) {
                return reading.refuse(path, "time", "expected RFC 3339 in UTC");
            }
        }

        @Override
        public void write(Object value, JsonGenerator out) {
            out.writeString(Timestamps.format((Instant) value));
        }

        @Override
        public Map<String, @Nullable Object> schema() {
            return new LinkedHashMap<>(Map.of("type", "string", "format", "date-time"));
        }
    }

    record ChoiceType(Map<String, Enum<?>> constants) implements WireType {
        @Override
        public @Nullable Object read(Object json, String path, Reading reading) {
            Enum<?> constant = json instanceof String name ? constants.get(name) : null;
            return constant != null
                    ? constant
                    : reading.refuse(path, "choice", "expected one of " + String.join(", ", constants.keySet()));
        }

        @Override
        public Map<String, @Nullable Object> schema() {
            return new LinkedHashMap<>(Map.of("type", "string", "enum", List.copyOf(constants.keySet())));
        }
    }

    record ListType(WireType item, int min, int max) implements WireType {
        @Override
        public @Nullable Object read(Object json, String path, Reading reading) {
            if (!(json instanceof List<?> list)) {
                return reading.refuse(path, "type", "expected a list, met " + met(json));
            }
            if (reading.strict() && (list.size() < min || list.size() > max)) {
                return reading.refuse(
                        path, "length", "expected %d to %d items, met %d".formatted(min, max, list.size()));
            }
            List<Object> items = new ArrayList<>(list.size());
            for (int i = 0; i < list.size(); i++) {
                String itemPath = reading.item(path, i);
                Object value = list.get(i);
                Object read = value == null
                        ? reading.refuse(itemPath, "required", "expected a value, met null")
                        : item.read(value, itemPath, reading);
                if (read != null) {
                    items.add(read);
                }
            }
            return List.copyOf(items);
        }

        @Override
        public void write(Object value, JsonGenerator out) {
            out.writeStartArray();
            ((List<?>) value).forEach(each -> item.write(each, out));
            out.writeEndArray();
        }

        @Override
        public Map<String, @Nullable Object> schema() {
            return new LinkedHashMap<>(
                    Map.of("type", "array", "items", item.schema(), "minItems", min, "maxItems", max));
        }
    }

    record MapType(WireType item, int min, int max) implements WireType {
        @Override
        public @Nullable Object read(Object json, String path, Reading reading) {
            if (!(json instanceof Map<?, ?> map)) {
                return reading.refuse(path, "type", "expected an object, met " + met(json));
            }
            if (reading.strict() && (map.size() < min || map.size() > max)) {
                return reading.refuse(
                        path, "length", "expected %d to %d entries, met %d".formatted(min, max, map.size()));
            }
            Map<String, Object> entries = new LinkedHashMap<>();
            map.forEach((key, value) -> {
                String itemPath = reading.field(path, String.valueOf(key));
                Object read = value == null
                        ? reading.refuse(itemPath, "required", "expected a value, met null")
                        : item.read(value, itemPath, reading);
                if (read != null) {
                    entries.put(String.valueOf(key), read);
                }
            });
            return entries;
        }

        @Override
        public void write(Object value, JsonGenerator out) {
            out.writeStartObject();
            ((Map<?, ?>) value).forEach((key, each) -> {
                out.writeName(Surrogates.replaced(String.valueOf(key)));
                item.write(each, out);
            });
            out.writeEndObject();
        }

        @Override
        public Map<String, @Nullable Object> schema() {
            return new LinkedHashMap<>(Map.of("type", "object", "additionalProperties", item.schema()));
        }
    }

    /** A JSON object of any content, bounded in canonical bytes. */
    record ObjectType(int maxBytes) implements WireType {
        @Override
        public @Nullable Object read(Object json, String path, Reading reading) {
            if (!(json instanceof Map<?, ?>)) {
                return reading.refuse(path, "type", "expected an object, met " + met(json));
            }
            if (reading.strict() && CanonicalJson.mostBytes(json) > maxBytes) {
                int bytes = CanonicalJson.bytes(json).length;
                if (bytes > maxBytes) {
                    return reading.refuse(path, "size", "expected at most %d bytes, met %d".formatted(maxBytes, bytes));
                }
            }
            return json;
        }

        @Override
        public Map<String, @Nullable Object> schema() {
            return new LinkedHashMap<>(Map.of("type", "object"));
        }
    }

    /** Any JSON value but null. */
    record AnyType() implements WireType {
        @Override
        public Object read(Object json, String path, Reading reading) {
            return json;
        }

        @Override
        public Map<String, @Nullable Object> schema() {
            return new LinkedHashMap<>();
        }
    }

    record RecordType(Class<? extends Record> type) implements WireType {
        @Override
        public @Nullable Object read(Object json, String path, Reading reading) {
            return json instanceof Map<?, ?> map
                    ? Shape.of(type).read(map, path, reading)
                    : reading.refuse(path, "type", "expected an object, met " + met(json));
        }

        @Override
        public void write(Object value, JsonGenerator out) {
            Shape.of((Record) value).write((Record) value, out);
        }

        @Override
        public Map<String, @Nullable Object> schema() {
            return Shape.of(type).schema();
        }
    }
}
