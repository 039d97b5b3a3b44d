package io.sonia.memory;

import io.sonia.contracts.memory.Subtype;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Shape;
import io.sonia.kernel.json.Text;
import io.sonia.kernel.json.Violations;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a typed memory says, in the form of its subtype. */
sealed interface TypedContent {

    /** Says something of a subject. */
    record Fact(
            @Text(min = 1, max = 1000) String subject,
            @Text(min = 1, max = 1000) String predicate,
            @Text(min = 1, max = 10_000) String object,
            @Default("1") @Range(max = 1) double confidence,
            @Text(max = 1000) @Nullable String source)
            implements TypedContent {

        @Override
        public Stream<@Nullable String> texts() {
            return Stream.of(subject, predicate, object, source);
        }

        @Override
        public String topic() {
            return TypedContent.topic(Subtype.FACT, subject, predicate);
        }

        @Override
        public boolean contradicts(TypedContent other) {
            return other instanceof Fact fact
                    && confidence > LIKELY
                    && fact.confidence > LIKELY
                    && !folded(object).equals(folded(fact.object));
        }
    }

    /** How somebody wants something to be. */
    record Preference(
            @Text(min = 1, max = 200) String category,
            @Text(min = 1, max = 200) String key,
            @Text(min = 1, max = 10_000) String value,
            @Default("5") @Range(max = 10) int priority)
            implements TypedContent {

        @Override
        public Stream<@Nullable String> texts() {
            return Stream.of(category, key, value);
        }

        @Override
        public String topic() {
            return TypedContent.topic(Subtype.PREFERENCE, category, key);
        }

        @Override
        public boolean contradicts(TypedContent other) {
            return other instanceof Preference preference && !folded(value).equals(folded(preference.value));
        }
    }

    /** Where a project stands. */
    record Project(
            @Text(min = 1, max = 200) String projectId,
            @Text(min = 1, max = 200) String contextType,
            @Text(min = 1, max = 10_000) String summary,

            @Default("[]") @Items(max = 50) @Text(min = 1, max = 100)
            List<String> tags)
            implements TypedContent {

        @Override
        public Stream<@Nullable String> texts() {
            return Stream.concat(Stream.of(projectId, contextType, summary), tags.stream());
        }
    }

    /**
     * Something that holds for one session.
     *
     * @param ttlSeconds after which it expires by itself
     */
    record SessionContext(
            @Text(min = 1, max = 128) String sessionId,
            @Text(min = 1, max = 200) String contextKey,
            @Text(min = 1, max = 10_000) String contextValue,
            @Range(min = 1, max = 31_536_000) @Nullable Integer ttlSeconds)
            implements TypedContent {

        @Override
        public Stream<@Nullable String> texts() {
            return Stream.of(contextKey, contextValue);
        }
    }

    /** How a component is. */
    record SystemState(
            @Text(min = 1, max = 200) String component,
            @Text(min = 1, max = 200) String stateKey,
            @Text(min = 1, max = 10_000) String stateValue,
            @Text(max = 200) @Nullable String healthStatus)
            implements TypedContent {

        @Override
        public Stream<@Nullable String> texts() {
            return Stream.of(component, stateKey, stateValue, healthStatus);
        }
    }

    /** Below it a fact is a guess, which contradicts nothing. */
    double LIKELY = 0.5;

    /** What the words of the memory are taken from. */
    Stream<@Nullable String> texts();

    /** What it is about, if two memories about the same can contradict each other; else null. */
    default @Nullable String topic() {
        return null;
    }

    /** How long it holds; null: as long as is said beside it. */
    default @Nullable Integer ttlSeconds() {
        return null;
    }

    /** True if it cannot be right beside the other one about the same topic. */
    default boolean contradicts(TypedContent other) {
        return false;
    }

    /** The text that is searched. */
    default String text() {
        return texts().filter(Objects::nonNull).collect(Collectors.joining(" "));
    }

    /**
     * Reads content of this subtype, an object or JSON text of one.
     *
     * @throws SoniaException INVALID_ARGUMENT
     */
    static TypedContent read(Subtype subtype, Object given, String field) {
        Map<String, @Nullable Object> object = object(given, field);
        Violations inside = new Violations();
        Record content = Shape.of(form(subtype)).read(object, inside);
        Violations placed = new Violations();
        inside.found().forEach(each -> placed.add(field + "." + each.path(), each.rule(), each.message()));
        placed.throwIfAny();
        return (TypedContent) Objects.requireNonNull(content);
    }

    /** Reads back what was stored. */
    static TypedContent stored(Subtype subtype, String json) {
        return (TypedContent) Shape.of(form(subtype)).readAnswer(Json.parseObject(json));
    }

    private static Class<? extends Record> form(Subtype subtype) {
        return switch (subtype) {
            case FACT -> Fact.class;
            case PREFERENCE -> Preference.class;
            case PROJECT -> Project.class;
            case SESSION_CONTEXT -> SessionContext.class;
            case SYSTEM_STATE -> SystemState.class;
        };
    }

    @SuppressWarnings("unchecked") // a JSON object has text keys
    private static Map<String, @Nullable Object> object(Object given, String field) {
        if (given instanceof Map<?, ?> map) {
            return (Map<String, @Nullable Object>) map;
        }
        try {
            if (given instanceof String text) {
                return Json.parseObject(text);
            }
        } catch (SoniaException e) {
            if (e.code() != ErrorCode.INVALID_ARGUMENT) {
                throw e;
            }
        }
        throw Violations.single(field, "type", "expected an object or JSON text of one");
    }

    private static String topic(Subtype subtype, String first, String second) {
        return subtype.name() + '\n' + folded(first) + '\n' + folded(second);
    }

    /** Texts that differ in case, spaces and compatible forms only are the same. */
    private static String folded(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFKC)
                .strip()
                .replaceAll("\\s+", " ")
                .toLowerCase(Locale.ROOT);
    }
}
