package io.sonia.kernel.json;

import org.jspecify.annotations.Nullable;

/** Turns the text of a query parameter into the JSON value its field expects; a misfit stays text and is refused later. */
final class QueryText {

    private QueryText() {}

    static @Nullable Object toJson(WireType type, String text) {
        return switch (type) {
            case WireType.IntegerType integer -> text.matches("-?\\d{1,15}") ? (Object) Long.valueOf(text) : text;
            case WireType.NumberType number ->
                text.matches("-?\\d{1,15}(\\.\\d{1,15})?") ? (Object) Double.valueOf(text) : text;
            case WireType.TruthType truth -> text.matches("true|false") ? (Object) Boolean.valueOf(text) : text;
            case WireType.TextType t -> text;
            case WireType.TimeType t -> text;
            case WireType.ChoiceType t -> text;
            case WireType.ListType t -> text;
            case WireType.MapType t -> text;
            case WireType.ObjectType t -> text;
            case WireType.AnyType t -> text;
            case WireType.RecordType t -> text;
        };
    }
}
