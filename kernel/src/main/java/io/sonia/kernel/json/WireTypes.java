package io.sonia.kernel.json;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds the {@link WireType} of a record component from its Java type and its bounds. */
final class WireTypes {

    private static final int DEFAULT_OBJECT_BYTES = 16 * 1024;

    private WireTypes() {}

    static WireType of(Type type, AnnotatedElement bounds) {
        if (type instanceof ParameterizedType generic) {
            return ofGeneric(generic, bounds);
        }
        Class<?> plain = (Class<?>) type;
        if (plain == String.class) {
            Text text = bounds.getAnnotation(Text.class);
            return text == null
                    ? new WireType.TextType(0, 500, null)
                    : new WireType.TextType(text.min(), text.max(), pattern(text.pattern()));
        }
        if (plain == int.class || plain == Integer.class) {
            Range range = bounds.getAnnotation(Range.class);
            return range == null
                    ? new WireType.IntegerType(0, Integer.MAX_VALUE, true)
                    : new WireType.IntegerType(range.min(), range.max(), true);
        }
        if (plain == long.class || plain == Long.class) {
            Range range = bounds.getAnnotation(Range.class);
            return range == null
                    ? new WireType.IntegerType(0, Json.MAX_INTEGER, false)
                    : new WireType.IntegerType(range.min(), range.max(), false);
        }
        if (plain == double.class || plain == Double.class) {
            Range range = bounds.getAnnotation(Range.class);
            return range == null
                    ? new WireType.NumberType(0, Json.MAX_INTEGER)
                    : new WireType.NumberType(range.min(), range.max());
        }
        return ofOther(plain);
    }

    private static WireType ofOther(Class<?> plain) {
        if (plain == boolean.class || plain == Boolean.class) {
            return new WireType.TruthType();
        }
        if (plain == Instant.class) {
            return new WireType.TimeType();
        }
        if (plain == Object.class) {
            return new WireType.AnyType();
        }
        if (plain.isEnum()) {
            Map<String, Enum<?>> constants = new LinkedHashMap<>();
            for (Object constant : plain.getEnumConstants()) {
                constants.put(WireNamed.of((Enum<?>) constant), (Enum<?>) constant);
            }
            return new WireType.ChoiceType(constants);
        }
        if (plain.isRecord()) {
            return new WireType.RecordType(plain.asSubclass(Record.class));
        }
        throw new IllegalArgumentException("a wire record cannot hold " + plain);
    }

    private static WireType ofGeneric(ParameterizedType generic, AnnotatedElement bounds) {
        Items items = bounds.getAnnotation(Items.class);
        int min = items == null ? 0 : items.min();
        int max = items == null ? 200 : items.max();
        if (generic.getRawType() == List.class) {
            return new WireType.ListType(of(generic.getActualTypeArguments()[0], bounds), min, max);
        }
        if (generic.getRawType() == Map.class) {
            Type item = generic.getActualTypeArguments()[1];
            if (item == Object.class) {
                MaxBytes limit = bounds.getAnnotation(MaxBytes.class);
                return new WireType.ObjectType(limit == null ? DEFAULT_OBJECT_BYTES : limit.value());
            }
            return new WireType.MapType(of(item, bounds), min, max);
        }
        throw new IllegalArgumentException("a wire record cannot hold " + generic);
    }

    private static @Nullable Pattern pattern(String text) {
        return text.isEmpty() ? null : Pattern.compile(text);
    }
}
