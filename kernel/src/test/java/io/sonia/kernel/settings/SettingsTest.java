package io.sonia.kernel.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {

    /** A section with every kind of key: text, choice, list, nested record and free map. */
    record Sample(
            @Nullable String title,
            @Default("\"low\"") Tier tier,
            @Default("[2,4]") @Range(min = 1, max = 9) List<Integer> delays,
            @Default("{}") Inner inner,
            @Default("{\"chat\":{\"weight\":1.5}}") Map<String, Weight> stages,
            @Default("{}") Map<String, Object> labels) {

        static final Section<Sample> SECTION = Section.live("sample", Sample.class);
    }

    record Inner(
            @Default("7") int size,
            @Default("\"plain\"") @Text(max = 20) String form) {}

    record Weight(@Default("1") double weight) {}

    enum Tier {
        LOW,
        HIGH
    }

    private static final List<Section<?>> SECTIONS = List.of(
            ServicesConfig.SECTION,
            HttpConfig.SECTION,
            AuthConfig.SECTION,
            AuditConfig.SECTION,
            RateLimitConfig.SECTION,
            IdempotencyConfig.SECTION,
            Sample.SECTION);

    @TempDir
    private Path folder;

    private Settings load(String json) {
        return load(json, Map.of());
    }

    private Settings load(String json, Map<String, String> environment) {
        write(json);
        return Settings.load(file(), environment, SECTIONS, Clock.system());
    }

    private Path file() {
        return folder.resolve("sonia-config.json");
    }

    private void write(String json) {
        try {
            Files.writeString(file(), json);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private List<String> problems(String json, Map<String, String> environment) {
        try {
            load(json, environment);
        } catch (SoniaException refused) {
            assertThat(refused.code()).isEqualTo(ErrorCode.CONFIG_INVALID);
            return ((List<?>) refused.details().get("problems"))
                    .stream().map(String::valueOf).toList();
        }
        return List.of();
    }

    private List<String> problems(String json) {
        return problems(json, Map.of());
    }

    @Test
    void missingFileMeansDefaults() {
        Settings settings = Settings.load(file(), Map.of(), SECTIONS, Clock.system());

        assertThat(settings.section(HttpConfig.SECTION).maxRunning()).isEqualTo(256);
        assertThat(settings.section(Sample.SECTION).stages()).containsEntry("chat", new Weight(1.5));
        assertThat(settings.origins().values()).containsOnly("default");
        assertThat(settings.generation()).isEqualTo(1);
    }

    @Test
    void defaultPortsAreThoseOfTheServices() {
        ServicesConfig services = load("{}").section(ServicesConfig.SECTION);

        assertThat(ServiceName.values()).allSatisfy(service -> {
            assertThat(services.of(service).port()).isEqualTo(service.defaultPort());
            assertThat(services.of(service).host()).isEqualTo("127.0.0.1");
            assertThat(services.of(service).required()).isEqualTo(service != ServiceName.SOFIIA_CONSOLE);
        });
        assertThat(load("{}").origins()).containsKey("services.memory-engine.port");
    }

    @Test
    void environmentOverridesFileAndFileOverridesDefault() {
        Settings settings = load(
                "{\"http\":{\"max_running\":100,\"max_waiting\":10},\"services\":{\"eva-os\":{\"port\":1050}}}",
                Map.of("SONIA_HTTP__MAX_WAITING", "11", "SONIA_SERVICES__EVA_OS__HOST", "localhost"));

        assertThat(settings.section(HttpConfig.SECTION))
                .extracting(HttpConfig::maxRunning, HttpConfig::maxWaiting, HttpConfig::protectedPermits)
                .containsExactly(100, 11, 16);
        assertThat(settings.section(ServicesConfig.SECTION).of(ServiceName.EVA_OS))
                .isEqualTo(new ServicesConfig.Endpoint("localhost", 1050, true, List.of()));
        assertThat(settings.origins())
                .containsEntry("http.max_running", "file")
                .containsEntry("http.max_waiting", "env:SONIA_HTTP__MAX_WAITING")
                .containsEntry("http.protected_permits", "default")
                .containsEntry("services.eva-os.host", "env:SONIA_SERVICES__EVA_OS__HOST")
                .containsEntry("services.eva-os.port", "file");
    }

    @Test
    void environmentValuesAreReadByTheTypeOfTheirKey() {
        Sample sample = load(
                        "{}",
                        Map.of(
                                "SONIA_SAMPLE__TITLE", "42",
                                "SONIA_SAMPLE__TIER", "high",
                                "SONIA_SAMPLE__DELAYS", "[1,2,3]",
                                "SONIA_SAMPLE__INNER__SIZE", "9",
                                "SONIA_SAMPLE__STAGES__CHAT__WEIGHT", "2.5",
                                "SONIA_SAMPLE__STAGES__RECALL", "{\"weight\":3}",
                                "SONIA_SAMPLE__LABELS__ROOM", "kitchen"))
                .section(Sample.SECTION);

        assertThat(sample)
                .isEqualTo(new Sample(
                        "42",
                        Tier.HIGH,
                        List.of(1, 2, 3),
                        new Inner(9, "plain"),
                        Map.of("chat", new Weight(2.5), "recall", new Weight(3)),
                        Map.of("room", "kitchen")));
    }

    @Test
    void variablesThatAreNoSettingsAreLeftAlone() {
        assertThat(problems(
                        "{}",
                        Map.of(
                                "SONIA_HOME", "/x",
                                "SONIA_DEV_MODE", "1",
                                "SONIA_JAVA_HOME", "/y",
                                "SOFIIA_REDIS_URL", "redis://h",
                                "PATH", "/bin")))
                .isEmpty();
    }

    @Test
    void everyProblemIsReportedAtOnceWithTheNearestName() {
        assertThat(problems(
                        """
                        {"config_schema": "4.7", "sonia_version": "4.7.0",
                         "htpp": {},
                         "http": {"max_runing": 5, "max_waiting": "many", "protected_permits": -1},
                         "services": {"evaos": {}, "eva-os": {"port": 70000}},
                         "auth": 5,
                         "sample": {"tier": "middle", "delays": [1, 99], "inner": {"sise": 1}}}
                        """,
                        Map.of(
                                "SONIA_HTTP__MAX_RUNING", "1",
                                "SONIA_NONSENSE", "1",
                                "SONIA_SAMPLE__INNER__SIZE", "big")))
                .containsExactlyInAnyOrder(
                        "htpp (file): no such section; nearest is http",
                        "http.max_runing (file): no such field; nearest is max_running",
                        "http.max_waiting (file): expected an integer, met a text",
                        "http.protected_permits (file): expected 0 to 10000, met -1",
                        "services.evaos (file): no such field; nearest is eva-os",
                        "services.eva-os.port (file): expected 0 to 65535, met 70000",
                        "auth (file): expected an object",
                        "sample.tier (file): expected one of low, high",
                        "sample.delays[1] (file): expected 1 to 9, met 99",
                        "sample.inner.sise (file): no such field; nearest is size",
                        "SONIA_HTTP__MAX_RUNING (environment): no such setting; nearest is SONIA_HTTP__MAX_RUNNING",
                        "SONIA_NONSENSE (environment): no such setting",
                        "sample.inner.size (SONIA_SAMPLE__INNER__SIZE): expected an integer, met a text");
    }

    @Test
    void problemOfTheFileIsToldEvenWhereTheEnvironmentHidesIt() {
        assertThat(problems("{\"http\":{\"max_running\":\"x\"}}", Map.of("SONIA_HTTP__MAX_RUNNING", "20")))
                .containsExactly("http.max_running (file): expected an integer, met a text");
    }

    @Test
    void malformedFileIsRefusedWithItsPlace() {
        for (String text : List.of("{", "[]", "{\"http\":{},\"http\":{}}", "{} x", "\uFEFF{}", "nul")) {
            assertThat(problems(text)).as(text).hasSize(1).first().asString().startsWith("(file): ");
        }
        assertThat(problems("{\"http\": {\n \"max_running\": }}"))
                .first()
                .asString()
                .contains("line 2");
    }

    @Test
    void fileThatCannotBeReadIsRefused() throws IOException {
        Files.createDirectory(file());

        assertThatThrownBy(() -> Settings.load(file(), Map.of(), SECTIONS, Clock.system()))
                .asInstanceOf(type(SoniaException.class))
                .satisfies(refused ->
                        assertThat(refused.details().get("problems").toString()).contains("(file): cannot be read"));
    }

    @Test
    void anotherSchemaOfTheFileIsRefused() {
        assertThat(problems("{\"config_schema\":\"5.0\",\"sonia_version\":5}"))
                .containsExactly(
                        "config_schema (file): expected \"4.7\", met \"5.0\"", "sonia_version (file): expected a text");
    }

    @Test
    void secretsInTheFileAreRefusedAndNeverShown() {
        String key = "sk-proj-" + "a1B2c3D4".repeat(5);
        List<String> found = problems(
                "{\"http\":{\"api_key\":\"hunter2\"},\"sample\":{\"title\":\"%s\",\"labels\":{\"db\":{\"password\":\"hunter2\"},\"url\":\"postgres://u:hunter2@h/db\"}}}"
                        .formatted(key));

        assertThat(found)
                .filteredOn(each -> each.contains("looks like a secret"))
                .hasSize(4);
        assertThat(found.toString()).doesNotContain("hunter2").doesNotContain(key);
    }

    @Test
    void unsafeCombinationsAreRefused() {
        assertThat(
                        problems(
                                "{\"auth\":{\"enabled\":false},\"services\":{\"openclaw\":{\"host\":\"0.0.0.0\"},\"pipecat\":{\"port\":7050}},\"http\":{\"protected_permits\":256}}"))
                .containsExactlyInAnyOrder(
                        "auth: enabled=false is refused while services.openclaw.host is not a loopback address",
                        "services: eva-os and pipecat both have port 7050",
                        "http: protected_permits=256 leaves nothing of max_running=256 for other work");
        assertThat(problems("{\"auth\":{\"enabled\":false}}")).isEmpty();
        assertThat(problems("{\"services\":{\"openclaw\":{\"host\":\"0.0.0.0\"}}}"))
                .isEmpty();
    }

    @Test
    void reloadAppliesLiveKeysAndNamesTheOthers() {
        Settings settings = load("{}");
        Live<RateLimitConfig> limits = settings.live(RateLimitConfig.SECTION);
        String before = settings.digest();
        write("{\"rate_limit\":{\"person_burst\":7},\"http\":{\"max_running\":99}}");

        Reload preview = settings.preview();
        assertThat(limits.get().personBurst()).isEqualTo(200);
        Reload reload = settings.reload();

        assertThat(reload).isEqualTo(preview);
        assertThat(reload.applied()).containsExactly("rate_limit.person_burst");
        assertThat(reload.needsRestart()).containsExactly("http.max_running");
        assertThat(reload.generation()).isEqualTo(2);
        assertThat(reload.digest()).isEqualTo(settings.digest()).isNotEqualTo(before);
        assertThat(limits.get().personBurst()).isEqualTo(7);
        assertThat(settings.section(HttpConfig.SECTION).maxRunning()).isEqualTo(256);
        assertThat(settings.origins())
                .containsEntry("rate_limit.person_burst", "file")
                .containsEntry("http.max_running", "default");

        write("{}");
        assertThat(settings.reload().needsRestart()).isEmpty();
        assertThat(settings.digest()).isEqualTo(before);
        assertThat(settings.generation()).isEqualTo(3);
    }

    @Test
    void reloadWithoutChangeAppliesNothing() {
        Settings settings = load("{}");

        assertThat(settings.reload().applied()).isEmpty();
        assertThat(settings.generation()).isEqualTo(1);
    }

    @Test
    void invalidFileKeepsTheLastGoodOne() {
        Settings settings = load("{\"rate_limit\":{\"person_burst\":9}}");
        write("{\"rate_limit\":{\"person_burst\":0}}");

        assertThatThrownBy(settings::reload)
                .asInstanceOf(type(SoniaException.class))
                .satisfies(refused -> assertThat(refused.code()).isEqualTo(ErrorCode.CONFIG_INVALID));
        assertThat(settings.section(RateLimitConfig.SECTION).personBurst()).isEqualTo(9);
        assertThat(settings.problems()).containsExactly("rate_limit.person_burst (file): expected 1 to 1000000, met 0");

        write("{\"rate_limit\":{\"person_burst\":3}}");
        settings.reload();
        assertThat(settings.problems()).isEmpty();
        assertThat(settings.section(RateLimitConfig.SECTION).personBurst()).isEqualTo(3);
    }

    @Test
    void pollReadsOnlyAChangedFileAndComplainsOncePerChange() throws IOException {
        Settings settings = load("{}");
        assertThat(settings.poll()).isEmpty();

        write("{\"rate_limit\":{\"person_burst\":9}}");
        assertThat(settings.poll())
                .hasValueSatisfying(reload -> assertThat(reload.applied()).containsExactly("rate_limit.person_burst"));
        assertThat(settings.poll()).isEmpty();

        write("{\"rate_limit\":{\"person_burst\":8}}");
        Files.setLastModifiedTime(file(), FileTime.from(Clock.system().now().plus(Duration.ofHours(1))));
        assertThat(settings.poll()).isPresent();

        write("{");
        assertThatThrownBy(settings::poll).isInstanceOf(SoniaException.class);
        assertThat(settings.poll()).isEmpty();

        Files.delete(file());
        assertThat(settings.poll()).isPresent();
        assertThat(settings.section(RateLimitConfig.SECTION).personBurst()).isEqualTo(200);
    }

    @Test
    void effectiveValuesHideWhatLooksLikeASecret() {
        Settings settings = load(
                "{}",
                Map.of(
                        "SONIA_SAMPLE__LABELS__API_KEY", "hunter2",
                        "SONIA_SAMPLE__TITLE", "Bearer abcdefgh12345678"));

        assertThat(Json.text(settings.effective())).doesNotContain("hunter2").doesNotContain("abcdefgh12345678");
        assertThat(settings.effective()).containsKey("auth");
        assertThat(Tree.at(settings.effective(), List.of("http", "max_running")))
                .isEqualTo(256L);
        assertThat(Tree.at(settings.effective(), List.of("sample", "title"))).isEqualTo("***");
    }

    @Test
    void everyEffectiveKeyHasAnOrigin() {
        Settings settings = load("{}");
        Set<String> keys = Set.copyOf(Tree.leaves(settings.effective()).keySet().stream()
                .map(path -> String.join(".", path))
                .toList());

        assertThat(settings.origins().keySet()).isEqualTo(keys);
    }

    @Test
    void everySectionCanBeReadFromAnEmptyFile() {
        Stream.of(SECTIONS.toArray(Section[]::new))
                .forEach(section -> assertThat(section.toString()).isEqualTo(section.name()));
        assertThat(load("{}").loadedAt()).isNotNull();
    }
}
