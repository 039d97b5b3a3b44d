package io.sonia.evaos.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** As much of JSON Schema 2020-12 as the policy schemas use; a keyword it does not know is an error. */
final class SchemaCheck {

    private static final Set<String> NOTES = Set.of("$schema", "$id", "title", "description", "default", "format");

    private SchemaCheck() {}

    /** True if the schema accepts the value. */
    static boolean accepts(Map<?, ?> schema, Object value) {
        return schema.entrySet().stream().allMatch(each -> holds(schema, String.valueOf(each.getKey()), value));
    }

    private static boolean holds(Map<?, ?> schema, String keyword, Object value) {
        Object wanted = schema.get(keyword);
        return switch (keyword) {
            case "type" -> type(String.valueOf(wanted), value);
            case "enum" -> ((List<?>) wanted).contains(value);
            case "minLength" -> !(value instanceof String text) || text.length() >= number(wanted);
            case "maxLength" -> !(value instanceof String text) || text.length() <= number(wanted);
            case "pattern" ->
                !(value instanceof String text)
                        || Pattern.compile((String) wanted).matcher(text).find();
            case "minimum" -> !(value instanceof Number given) || given.doubleValue() >= number(wanted);
            case "maximum" -> !(value instanceof Number given) || given.doubleValue() <= number(wanted);
            case "minItems" -> !(value instanceof List<?> list) || list.size() >= number(wanted);
            case "maxItems" -> !(value instanceof List<?> list) || list.size() <= number(wanted);
            case "maxProperties" -> !(value instanceof Map<?, ?> map) || map.size() <= number(wanted);
            case "minProperties" -> !(value instanceof Map<?, ?> map) || map.size() >= number(wanted);
            case "items" ->
                !(value instanceof List<?> list) || list.stream().allMatch(each -> accepts((Map<?, ?>) wanted, each));
            case "required" -> !(value instanceof Map<?, ?> map) || map.keySet().containsAll((List<?>) wanted);
            case "propertyNames" ->
                !(value instanceof Map<?, ?> map)
                        || map.keySet().stream().allMatch(each -> accepts((Map<?, ?>) wanted, each));
            case "properties" ->
                !(value instanceof Map<?, ?> map)
                        || ((Map<?, ?>) wanted)
                                .entrySet().stream()
                                        .allMatch(each -> !map.containsKey(each.getKey())
                                                || accepts((Map<?, ?>) each.getValue(), map.get(each.getKey())));
            case "additionalProperties" ->
                !(value instanceof Map<?, ?> map)
                        || others(schema, map).stream()
                                .allMatch(each -> wanted instanceof Map<?, ?> further
                                        ? accepts(further, each)
                                        : (Boolean) wanted);
            default -> {
                if (!NOTES.contains(keyword)) {
                    throw new IllegalStateException("the check does not know " + keyword);
                }
                yield true;
            }
        };
    }

    private static List<Object> others(Map<?, ?> schema, Map<?, ?> value) {
        Set<?> named = schema.get("properties") instanceof Map<?, ?> properties ? properties.keySet() : Set.of();
        List<Object> others = new ArrayList<>();
        value.forEach((key, each) -> {
            if (!named.contains(key)) {
                others.add(each);
            }
        });
        return others;
    }

    private static boolean type(String type, Object value) {
        return switch (type) {
            case "object" -> value instanceof Map;
            case "array" -> value instanceof List;
            case "string" -> value instanceof String;
            case "boolean" -> value instanceof Boolean;
            case "integer" -> value instanceof Long || (value instanceof Double given && given == Math.rint(given));
            default -> throw new IllegalStateException("the check does not know the type " + type);
        };
    }

    private static double number(Object value) {
        return ((Number) value).doubleValue();
    }
}
