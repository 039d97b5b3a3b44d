package io.sonia.kernel.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sonia.kernel.Cases;
import io.sonia.kernel.SoniaException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShapeTest {

    enum Tier implements WireNamed {
        LOW("low"),
        VERY_HIGH("very-high");

        private final String wireName;

        Tier(String wireName) {
            this.wireName = wireName;
        }

        @Override
        public String wireName() {
            return wireName;
        }
    }

    record Inner(
            @Text(min = 1, max = 5, pattern = "[a-z]+") String name,
            @Range(min = 1, max = 9) int weight) {}

    record Whole(
            @Text(min = 1, max = 10) String sessionId,
            @Query @Default("50") @Range(min = 1, max = 200) int limit,
            @Query @Nullable Long fenceToken,
            @Query @Nullable Boolean dryRun,
            @Nullable @Range(max = 1) Double rate,
            @Nullable Instant issuedAt,
            @Default("\"very-high\"") Tier tier,
            @Default("[]") @Items(max = 3) List<Inner> inner,
            @Nullable Map<String, Inner> byName,
            @Nullable @MaxBytes(20) Map<String, Object> args,
            @Nullable Object anything,
            @Named("x-odd") @Nullable String odd) {}

    record Many(@Items(max = 1000) List<Inner> inner) {}

    private static final Shape<Whole> SHAPE = Shape.of(Whole.class);

    private static Whole read(String json) {
        return SHAPE.read(Json.parseObject(json));
    }

    private static List<String> violations(String json) {
        SoniaException refused = catchThrowableOfType(SoniaException.class, () -> read(json));
        return ((List<?>) refused.details().get("violations"))
                .stream()
                        .map(Map.class::cast)
                        .map(each -> each.get("path") + ": " + each.get("rule") + ": " + each.get("message"))
                        .toList();
    }

    @Test
    void absentFieldsTakeTheirDefaults() {
        assertThat(read("{\"session_id\":\"s\",\"rate\":null}"))
                .isEqualTo(
                        new Whole("s", 50, null, null, null, null, Tier.VERY_HIGH, List.of(), null, null, null, null));
    }

    @Test
    void givenFieldsAreReadByTheirTypes() {
        assertThat(read("""
                        {"session_id":"s","limit":7.0,"fence_token":5,"dry_run":true,"rate":1,
                         "issued_at":"2026-01-31T09:00:00.5Z","tier":"low","inner":[{"name":"ab","weight":2}],
                         "by_name":{"k":{"name":"c","weight":9}},"args":{"b":[1]},"anything":[null],"x-odd":"o"}"""))
                .isEqualTo(new Whole(
                        "s",
                        7,
                        5L,
                        true,
                        1.0,
                        Instant.parse("2026-01-31T09:00:00.500Z"),
                        Tier.LOW,
                        List.of(new Inner("ab", 2)),
                        Map.of("k", new Inner("c", 9)),
                        Map.of("b", List.of(1L)),
                        java.util.Arrays.asList((Object) null),
                        "o"));
    }

    @Test
    void everythingWrongIsReportedAtOnce() {
        assertThat(violations("""
                        {"sesion_id":"s","limit":0,"fence_token":"5","dry_run":1,"rate":1.5,
                         "issued_at":"yesterday","tier":"LOW","inner":[{"name":"","weight":10,"z":1},5,null],
                         "by_name":{"k":{"name":"UP"}},"args":{"long":"01234567890123456789"},"x-odd":[]}"""))
                .containsExactly(
                        "sesion_id: unknown: no such field; nearest is session_id",
                        "session_id: required: expected a value, met none",
                        "limit: range: expected 1 to 200, met 0",
                        "fence_token: type: expected an integer, met a text",
                        "dry_run: type: expected true or false, met an integer",
                        "rate: range: expected 0.0 to 1.0",
                        "issued_at: time: expected RFC 3339 in UTC",
                        "tier: choice: expected one of low, very-high",
                        "inner[0].z: unknown: no such field",
                        "inner[0].name: length: expected 1 to 5 characters, met 0",
                        "inner[0].weight: range: expected 1 to 9, met 10",
                        "inner[1]: type: expected an object, met an integer",
                        "inner[2]: required: expected a value, met null",
                        "by_name.k.name: pattern: expected the form [a-z]+",
                        "by_name.k.weight: required: expected a value, met none",
                        "args: size: expected at most 20 bytes, met 31",
                        "x-odd: type: expected a text, met a list");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "5",
                "1.5",
                "true",
                "[]",
                "{}",
                "\"\"",
                "\"12345678901\"",
            })
    void everyOtherTypeAndLengthIsRefusedForAText(String value) {
        assertThat(violations("{\"session_id\":" + value + "}")).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2026-01-31T09:00:00+02:00",
                "2026-01-31T09:00:00",
                "2026-01-31",
                "2026-02-30T09:00:00Z",
                "+12026-01-31T09:00:00Z",
                "-2026-01-31T09:00:00Z",
                "2026-01-31T25:00:00Z",
                "2026-01-31t09:00:00z",
                "2026-01-31T09:00:00.0000000001Z",
                "1795254000",
            })
    void timeThatIsNotRfc3339InUtcIsRefused(String time) {
        assertThat(violations("{\"session_id\":\"s\",\"issued_at\":\"" + time + "\"}"))
                .containsExactly("issued_at: time: expected RFC 3339 in UTC");
    }

    @ParameterizedTest
    @CsvSource({"7.5", "1e300", "-1", "9007199254740991"})
    void numberThatIsNoSuchIntegerIsRefused(String number) {
        assertThat(violations("{\"session_id\":\"s\",\"limit\":" + number + "}"))
                .hasSize(1);
    }

    @Test
    void moreViolationsThanAreToldRefuseTheWholeAllTheSame() {
        String item = "{\"name\":\"UP\"},";
        String json = "{\"inner\":[" + item.repeat(300) + "{\"name\":\"up\",\"weight\":1}]}";

        SoniaException refused = catchThrowableOfType(
                SoniaException.class, () -> Shape.of(Many.class).read(Json.parseObject(json)));

        assertThat((List<?>) refused.details().get("violations")).hasSize(50);
    }

    @Test
    void answerOfAPeerMayHoldMoreAndBeOutOfBounds() {
        Whole whole = SHAPE.readAnswer(
                Json.parseObject("{\"session_id\":\"much longer than ten\",\"limit\":5000,\"future\":{},\"rate\":7}"));

        assertThat(whole.sessionId()).hasSize(20);
        assertThat(whole.limit()).isEqualTo(5000);
        assertThatThrownBy(() -> SHAPE.readAnswer(Json.parseObject("{\"session_id\":5}")))
                .isInstanceOf(SoniaException.class);
        assertThatThrownBy(() -> SHAPE.readAnswer(Json.parseObject("{\"session_id\":\"s\",\"limit\":99999999999}")))
                .isInstanceOf(SoniaException.class);
    }

    @Test
    void queryTextBecomesTheTypeOfItsField() {
        Violations violations = new Violations();

        assertThat(SHAPE.fromQuery(Map.of("limit", "7", "fence_token", "12", "dry_run", "true"), false, violations))
                .isEqualTo(Map.of("limit", 7L, "fence_token", 12L, "dry_run", true));
        assertThat(violations.none()).isTrue();
    }

    @Test
    void queryMayNotSetWhatOnlyABodyMay() {
        Violations violations = new Violations();

        assertThat(SHAPE.fromQuery(Map.of("session_id", "s", "bogus", "1"), false, violations))
                .isEmpty();
        assertThat(violations.found()).extracting(Violation::path).containsExactlyInAnyOrder("session_id", "bogus");
        assertThat(SHAPE.fromQuery(Map.of("session_id", "s"), true, new Violations()))
                .isEqualTo(Map.of("session_id", "s"));
    }

    @Test
    void queryTextThatDoesNotFitIsRefusedByItsField() {
        for (String text : List.of("x", "", "1e3", "0x1", " 7", "99999999999999999999", "7;8")) {
            Map<String, Object> json = SHAPE.fromQuery(Map.of("limit", text), false, new Violations());
            json.put("session_id", "s");
            assertThatThrownBy(() -> SHAPE.read(json)).isInstanceOf(SoniaException.class);
        }
    }

    @Test
    void schemaTellsFieldsDefaultsAndBounds() {
        Map<String, Object> schema = SHAPE.schema();

        assertThat(schema)
                .containsEntry("required", List.of("session_id"))
                .containsEntry("additionalProperties", false);
        assertThat((Map<?, ?>) schema.get("properties")).hasSize(12);
        assertThat(((Map<?, ?>) schema.get("properties")).get("limit"))
                .isEqualTo(Map.of("type", "integer", "minimum", 1L, "maximum", 200L, "default", 50L));
    }

    @Test
    void writtenRecordNamesEveryFieldInOrder() {
        assertThat(Json.text(read("{\"session_id\":\"s\"}")))
                .isEqualTo("{\"session_id\":\"s\",\"limit\":50,\"fence_token\":null,\"dry_run\":null,\"rate\":null,"
                        + "\"issued_at\":null,\"tier\":\"very-high\",\"inner\":[],\"by_name\":null,\"args\":null,"
                        + "\"anything\":null,\"x-odd\":null}");
    }

    @Test
    void everyRecordSurvivesTheRoundTrip() {
        Cases.each(1_000, random -> {
            Whole whole = whole(random);

            assertThat(read(Json.text(whole))).isEqualTo(whole);
            assertThat(Json.plain(whole)).isEqualTo(Json.parseObject(SHAPE.bytes(whole)));
            assertThat(SHAPE.read(Json.plain(whole))).isEqualTo(whole);
            assertThat(SHAPE.readAnswer(Json.parseObject(SHAPE.bytes(whole)))).isEqualTo(whole);
        });
    }

    private static Whole whole(Random random) {
        return new Whole(
                text(random, 10, 0, 0x80),
                random.nextInt(1, 201),
                maybe(random, () -> random.nextLong(Json.MAX_INTEGER + 1)),
                maybe(random, random::nextBoolean),
                maybe(random, () -> random.nextInt(101) / 100.0),
                maybe(random, () -> Instant.ofEpochMilli(random.nextLong(4_102_444_800_000L))),
                random.nextBoolean() ? Tier.LOW : Tier.VERY_HIGH,
                Stream.generate(() -> inner(random)).limit(random.nextInt(4)).toList(),
                maybe(random, () -> Map.of(text(random, 3, 'a', 'z' + 1), inner(random))),
                Map.of("k", 1L),
                "any",
                maybe(random, () -> text(random, 5, 0x20, 0xD800)));
    }

    private static Inner inner(Random random) {
        return new Inner(text(random, 5, 'a', 'z' + 1), random.nextInt(1, 10));
    }

    private static <T> @Nullable T maybe(Random random, Supplier<T> value) {
        return random.nextInt(10) < 3 ? null : value.get();
    }

    /** One character or more from the first given one up to before the other. */
    private static String text(Random random, int most, int from, int to) {
        StringBuilder text = new StringBuilder();
        random.ints(random.nextInt(1, most + 1), from, to).forEach(text::appendCodePoint);
        return text.toString();
    }
}
