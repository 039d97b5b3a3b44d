package io.sonia.kernel.json;

import io.sonia.kernel.json.WireType.Reading;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * The wire form of a record: its components as snake_case JSON fields with their bounds. One description serves
 * reading, checking, writing and the published JSON Schema.
 *
 * <p>A component that is {@code @Nullable} is optional, one with {@link Default} has a default, every other one is
 * required. Unknown fields are refused, unless the record {@link IgnoresUnknown} or takes {@link AnyFields}. Null in
 * JSON means absent.
 */
public final class Shape<T extends Record> {

    private static final ClassValue<Shape<?>> SHAPES = new ClassValue<>() {
        @Override
        protected Shape<?> computeValue(Class<?> type) {
            return new Shape<>(type.asSubclass(Record.class));
        }
    };

    /** One component; {@code fallback} is the JSON of its default. */
    private record Field(
            String name,
            WireType type,
            boolean optional,
            @Nullable Object fallback,
            boolean query,
            Method accessor) {}

    private final List<Field> fields;
    private final Set<String> names;
    private final Constructor<?> constructor;
    private final boolean ignoresUnknown;
    private final boolean anyFields;

    private Shape(Class<T> type) {
        this.anyFields = type.isAnnotationPresent(AnyFields.class);
        this.ignoresUnknown = anyFields || type.isAnnotationPresent(IgnoresUnknown.class);
        try {
            List<Field> found = new ArrayList<>();
            RecordComponent[] components = type.getRecordComponents();
            for (RecordComponent component : components) {
                found.add(field(component));
            }
            this.fields = List.copyOf(found);
            this.names = new LinkedHashSet<>(found.stream().map(Field::name).toList());
            Class<?>[] types =
                    Stream.of(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            this.constructor = type.getDeclaredConstructor(types);
            this.constructor.setAccessible(true);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("not a usable wire record: " + type, e);
        }
    }

    @SuppressWarnings("unchecked")
    public static <T extends Record> Shape<T> of(Class<T> type) {
        return (Shape<T>) SHAPES.get(type);
    }

    @SuppressWarnings("unchecked")
    static Shape<Record> of(Record value) {
        return (Shape<Record>) SHAPES.get(value.getClass());
    }

    /** Reads a request; everything wrong is reported at once as INVALID_ARGUMENT. */
    public T read(Map<String, @Nullable Object> json) {
        Violations violations = new Violations();
        T value = read(json, violations);
        violations.throwIfAny();
        if (value == null) {
            throw new IllegalStateException("a record was refused without a reason");
        }
        return value;
    }

    /** Reads a request and adds everything wrong to {@code violations}; null if anything is. */
    public @Nullable T read(Map<String, @Nullable Object> json, Violations violations) {
        return read(json, violations, true);
    }

    /** Reads what a peer answered: unknown fields are ignored and bounds are not checked, types are. */
    public T readAnswer(Map<String, @Nullable Object> json) {
        Violations violations = new Violations();
        T value = read(json, violations, false);
        violations.throwIfAny();
        if (value == null) {
            throw new IllegalStateException("a record was refused without a reason");
        }
        return value;
    }

    /** Most input is right, so where something stands is worked out only once something is known to be wrong. */
    private @Nullable T read(Map<String, @Nullable Object> json, Violations violations, boolean strict) {
        Violations unplaced = new Violations();
        T value = read(json, "", new Reading(unplaced, strict, false));
        return unplaced.none() ? value : read(json, "", new Reading(violations, strict, true));
    }

    @Nullable
    T read(Map<?, ?> json, String path, Reading reading) {
        int before = reading.violations().count();
        if (reading.strict() && !ignoresUnknown) {
            refuseUnknown(json, path, reading);
        }
        @Nullable Object[] values = new @Nullable Object[fields.size()];
        for (int i = 0; i < values.length; i++) {
            Field field = fields.get(i);
            Object given = anyFields ? json : json.get(field.name());
            Object source = given == null ? field.fallback() : given;
            String fieldPath = reading.field(path, field.name());
            if (source != null) {
                values[i] = field.type().read(source, fieldPath, reading);
            } else if (!field.optional()) {
                reading.refuse(fieldPath, "required", "expected a value, met none");
            }
        }
        return reading.violations().count() == before ? construct(values) : null;
    }

    public byte[] bytes(T value) {
        return Json.bytes(value);
    }

    Map<String, @Nullable Object> plain(T value) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (Field field : fields) {
            map.put(field.name(), Json.value(get(field, value)));
        }
        return map;
    }

    void write(T value, JsonGenerator out) {
        out.writeStartObject();
        for (Field field : fields) {
            out.writeName(field.name());
            Object component = get(field, value);
            if (component == null) {
                out.writeNull();
            } else {
                field.type().write(component, out);
            }
        }
        out.writeEndObject();
    }

    /** JSON Schema 2020-12 of this record, nested records in place. */
    public Map<String, @Nullable Object> schema() {
        Map<String, @Nullable Object> properties = new LinkedHashMap<>();
        List<String> required = new ArrayList<>();
        for (Field field : anyFields ? List.<Field>of() : fields) {
            Map<String, @Nullable Object> schema = field.type().schema();
            if (field.fallback() != null) {
                schema.put("default", field.fallback());
            } else if (!field.optional()) {
                required.add(field.name());
            }
            properties.put(field.name(), schema);
        }
        Map<String, @Nullable Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        schema.put("additionalProperties", ignoresUnknown);
        schema.put("properties", properties);
        schema.put("required", required);
        return schema;
    }

    /** Field names in declared order. */
    public Set<String> names() {
        return Set.copyOf(names);
    }

    /** Reads query parameters (text) into the JSON values their fields expect; unknown ones are violations. */
    public Map<String, @Nullable Object> fromQuery(Map<String, String> query, boolean all, Violations violations) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        if (anyFields) {
            json.putAll(query);
            return json;
        }
        query.forEach((name, text) -> {
            Field field = fields.stream()
                    .filter(each -> each.name().equals(name) && (all || each.query()))
                    .findFirst()
                    .orElse(null);
            if (field == null) {
                violations.add(name, "unknown", "no such query parameter");
            } else {
                json.put(name, QueryText.toJson(field.type(), text));
            }
        });
        return json;
    }

    private void refuseUnknown(Map<?, ?> json, String path, Reading reading) {
        for (Object key : json.keySet()) {
            String name = String.valueOf(key);
            if (!names.contains(name)) {
                String near =
                        Nearest.to(name, names).map(n -> "; nearest is " + n).orElse("");
                reading.refuse(reading.field(path, name), "unknown", "no such field" + near);
            }
        }
    }

    private T construct(@Nullable Object[] values) {
        try {
            @SuppressWarnings("unchecked")
            T value = (T) constructor.newInstance(values);
            return value;
        } catch (ReflectiveOperationException e) {
            throw unchecked(e);
        }
    }

    private static @Nullable Object get(Field field, Record value) {
        try {
            return field.accessor().invoke(value);
        } catch (ReflectiveOperationException e) {
            throw unchecked(e);
        }
    }

    private static RuntimeException unchecked(ReflectiveOperationException e) {
        return e.getCause() instanceof RuntimeException thrown ? thrown : new IllegalStateException(e);
    }

    private static Field field(RecordComponent component) {
        Method accessor = component.getAccessor();
        accessor.setAccessible(true);
        Default fallback = component.getAnnotation(Default.class);
        boolean optional = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
        Named named = component.getAnnotation(Named.class);
        return new Field(
                named == null ? snakeCase(component.getName()) : named.value(),
                WireTypes.of(component.getGenericType(), component),
                optional,
                fallback == null ? null : Json.parse(fallback.value()),
                component.isAnnotationPresent(Query.class),
                accessor);
    }

    static String snakeCase(String camelCase) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < camelCase.length(); i++) {
            char c = camelCase.charAt(i);
            if (Character.isUpperCase(c)) {
                out.append('_').append(Character.toLowerCase(c));
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }
}
