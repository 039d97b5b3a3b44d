package io.sonia.gates.drill;

import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Bodies that the OpenAPI documents of the services ask for, with some of their values, keys or bytes changed. */
final class FuzzedBody {

    private static final int DEEPEST = 6;
    private static final List<Object> VALUES = values();
    private static final List<String> RAW = List.of(
            "",
            "{",
            "[]",
            "null",
            "{\"a\":1,\"a\":2}",
            "{\"a\":NaN}",
            "{\"a\":1e999}",
            "{\"a\":123456789012345678901234567890}",
            "\uFEFF{}",
            "{} trailing",
            "[".repeat(40) + "]".repeat(40),
            "{\"x\":\"\\ud800\"}",
            "a=b&c=d",
            "\u0000\u0001\u0002");

    private final Random random;
    private final Map<Operation, Map<?, ?>> schemas = new HashMap<>();

    FuzzedBody(Random random) {
        this.random = random;
    }

    /** Takes the schemas of the bodies out of a service's document. */
    void learn(Map<String, ?> document) {
        for (Operation operation : Operation.values()) {
            if (at(
                            document,
                            "paths",
                            operation.path(),
                            operation.method().toLowerCase(java.util.Locale.ROOT),
                            "requestBody",
                            "content",
                            "application/json",
                            "schema")
                    instanceof Map<?, ?> schema) {
                schemas.put(operation, resolved(document, schema));
            }
        }
    }

    /** How many bodies are known. */
    int known() {
        return schemas.size();
    }

    byte[] to(Operation operation) {
        Map<?, ?> schema = schemas.get(operation);
        if (schema == null || random.nextInt(100) < 10) {
            return RAW.get(random.nextInt(RAW.size())).getBytes(StandardCharsets.UTF_8);
        }
        byte[] body = Json.bytes(object(schema, 0));
        if (body.length > 0 && random.nextInt(100) < 10) {
            for (int i = 1 + random.nextInt(4); i > 0; i--) {
                body[random.nextInt(body.length)] = (byte) random.nextInt(256);
            }
        }
        return body;
    }

    private Map<String, @Nullable Object> object(Map<?, ?> schema, int depth) {
        Map<String, @Nullable Object> made = new LinkedHashMap<>();
        List<?> required = schema.get("required") instanceof List<?> list ? list : List.of();
        if (schema.get("properties") instanceof Map<?, ?> properties) {
            properties.forEach((name, type) -> {
                if ((required.contains(name) && !odds(3)) || odds(40)) {
                    made.put(String.valueOf(name), odds(12) ? any() : value(type, depth + 1));
                }
            });
        }
        if (odds(3)) {
            made.put("unknown", any());
        }
        if (made.containsKey("wait_ms") || made.containsKey("wait_approval_ms")) {
            made.replaceAll((name, value) -> name.startsWith("wait") ? 0 : value);
        }
        return made;
    }

    private @Nullable Object value(@Nullable Object type, int depth) {
        if (!(type instanceof Map<?, ?> schema) || depth > DEEPEST) {
            return any();
        }
        if (schema.get("enum") instanceof List<?> choices && !choices.isEmpty()) {
            return choices.get(random.nextInt(choices.size()));
        }
        Object named = schema.get("type") instanceof List<?> several ? several.getFirst() : schema.get("type");
        return switch (String.valueOf(named)) {
            case "string" -> text(schema);
            case "integer" -> number(schema);
            case "number" -> random.nextDouble();
            case "boolean" -> random.nextBoolean();
            case "array" -> {
                List<@Nullable Object> list = new ArrayList<>();
                for (int i = random.nextInt(3); i > 0; i--) {
                    list.add(value(schema.get("items"), depth + 1));
                }
                yield list;
            }
            case "object" -> object(schema, depth + 1);
            default -> any();
        };
    }

    private String text(Map<?, ?> schema) {
        int longest = schema.get("maxLength") instanceof Number most ? most.intValue() : 40;
        return odds(5) ? "z".repeat(Math.min(longest + 1, 100_000)) : "fuzz " + random.nextInt(1_000);
    }

    private long number(Map<?, ?> schema) {
        long least = schema.get("minimum") instanceof Number number ? number.longValue() : 0;
        long most = schema.get("maximum") instanceof Number number ? number.longValue() : 1_000;
        return switch (random.nextInt(8)) {
            case 0 -> least - 1;
            case 1 -> most == Long.MAX_VALUE ? most : most + 1;
            case 2 -> most;
            default -> least;
        };
    }

    private @Nullable Object any() {
        return VALUES.get(random.nextInt(VALUES.size()));
    }

    private boolean odds(int percent) {
        return random.nextInt(100) < percent;
    }

    private static List<Object> values() {
        return List.of(
                "",
                "text",
                "../../etc/passwd",
                "\u0000",
                "\u202Egnp.exe",
                "a".repeat(5_000),
                0,
                -1,
                9_007_199_254_740_991L,
                1.5,
                true,
                List.of(),
                List.of(List.of(List.of())),
                Map.of(),
                Map.of("a", Map.of("b", List.of(1))),
                "2026-01-01T00:00:00Z",
                "file.read",
                "ses_0123456789abcdef01234567");
    }

    private static @Nullable Object at(Map<String, ?> document, String... way) {
        Object found = document;
        for (String step : way) {
            found = found instanceof Map<?, ?> map ? map.get(step) : null;
        }
        return found;
    }

    /** The schema itself where another place is named. */
    private static Map<?, ?> resolved(Map<String, ?> document, Map<?, ?> schema) {
        return schema.get("$ref") instanceof String place
                        && at(document, place.substring("#/".length()).split("/")) instanceof Map<?, ?> there
                ? there
                : schema;
    }
}
