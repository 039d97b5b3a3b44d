package io.sonia.kernel.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.settings.Live;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class LogsTest {

    private static final Clock NOON = new Clock() {
        @Override
        public Instant now() {
            return Instant.parse("2026-01-31T12:00:00.007Z");
        }

        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public void sleep(Duration duration) {}
    };

    private record Pair(String left, String password) {}

    @TempDir
    private Path folder;

    private final AtomicReference<LoggingConfig> config =
            new AtomicReference<>(new LoggingConfig(LogLevel.INFO, 50_000_000, 3));
    private final Live<LoggingConfig> live = config::get;
    private final Logs logs = new Logs(NOON);

    @AfterEach
    void closeLogs() {
        logs.close();
    }

    private ServiceLog open(ServiceName service) {
        return logs.open(service, file(service), live);
    }

    private Path file(ServiceName service) {
        return folder.resolve("logs").resolve(service.wireName() + ".log");
    }

    /** The lines written so far; closes the logs so that all of them are. */
    private List<Map<String, @Nullable Object>> lines(ServiceName service) {
        logs.close();
        return read(file(service));
    }

    private static List<Map<String, @Nullable Object>> read(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.map(Json::parseObject).toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void lineHasTheSevenColumnsFirstAndThenTheFields() throws IOException {
        open(ServiceName.OPENCLAW).info("tool.done", "The tool ran", Map.of("tool_name", "file.read"));
        logs.close();

        assertThat(Files.readString(file(ServiceName.OPENCLAW)))
                .isEqualTo("{\"timestamp\":\"2026-01-31T12:00:00.007Z\",\"level\":\"info\",\"service\":\"openclaw\","
                        + "\"correlation_id\":\"boot\",\"duration_ms\":null,\"event\":\"tool.done\","
                        + "\"message\":\"The tool ran\",\"tool_name\":\"file.read\"}\n");
    }

    @Test
    void fieldsFillTheColumnsOfTheirNameAndNoOther() {
        open(ServiceName.EVA_OS)
                .warn(
                        "a.b",
                        "m",
                        Map.of("duration_ms", 1.5, "correlation_id", "req_1", "service", "forged", "level", "forged"));

        assertThat(lines(ServiceName.EVA_OS))
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .containsEntry("duration_ms", 1.5)
                        .containsEntry("correlation_id", "req_1")
                        .containsEntry("service", "eva-os")
                        .containsEntry("level", "warn"));
    }

    @Test
    void correlationHoldsUntilClosedAndNests() {
        ServiceLog log = open(ServiceName.EVA_OS);
        Logs.Correlation outer = Logs.correlation("req_a");
        Logs.Correlation inner = Logs.correlation("req_b");
        log.info("x", "m", Map.of());
        inner.close();
        log.info("x", "m", Map.of());
        outer.close();
        log.info("x", "m", Map.of());

        assertThat(lines(ServiceName.EVA_OS))
                .extracting(line -> line.get("correlation_id"))
                .containsExactly("req_b", "req_a", "boot");
    }

    @Test
    void secretsAreRemovedFromMessageFieldsAndException() throws IOException {
        String key = "sk-sonia-1a2b3c4d5e6f." + "A".repeat(43) + "01234567";
        open(ServiceName.API_GATEWAY)
                .error(
                        "x",
                        "Bearer abcdefgh1234 sent",
                        Map.of("password", "hunter2", "note", "key " + key, "pair", new Pair("l", "hunter2")),
                        new IllegalStateException("bad " + key, new IOException("token=hunter2hunter2")));
        logs.close();

        assertThat(Files.readString(file(ServiceName.API_GATEWAY)))
                .doesNotContain("hunter2", "abcdefgh1234", "AAAA")
                .contains("[REDACTED:bearer]", "[REDACTED:key]", "[REDACTED:secret]");
    }

    @Test
    void exceptionIsBounded() {
        Throwable cause = new IllegalStateException("root");
        for (int depth = 0; depth < 10; depth++) {
            cause = new IllegalStateException("level " + depth, cause);
        }
        open(ServiceName.EVA_OS).error("x", "m", Map.of(), cause);

        Map<String, @Nullable Object> line = lines(ServiceName.EVA_OS).getFirst();
        Map<?, ?> exception = (Map<?, ?>) line.get("exception");
        assertThat(exception.get("type")).isEqualTo("java.lang.IllegalStateException");
        assertThat(exception.get("message")).isEqualTo("level 9");
        assertThat((List<?>) exception.get("stack")).hasSizeLessThanOrEqualTo(12);
        assertThat(line.toString().split("type=", -1)).hasSize(4);
    }

    @Test
    void anyValueCanBeLogged() {
        Map<String, @Nullable Object> odd = new LinkedHashMap<>();
        odd.put("none", null);
        odd.put("record", new Pair("l", "r"));
        odd.put("choice", LogLevel.WARN);
        odd.put("nan", Double.NaN);
        odd.put("half \uD800", "pair \uDC00");
        odd.put("long", "x".repeat(100_000));
        odd.put("nested", Map.of("list", List.of(1, 2L, "three", Map.of("deep", new StringBuilder("text")))));
        open(ServiceName.EVA_OS).info("x", "half \uD800 pair", odd);

        assertThat(lines(ServiceName.EVA_OS)).singleElement().satisfies(line -> {
            assertThat(line).containsEntry("choice", "WARN").containsEntry("nan", "NaN");
            assertThat(line.get("long").toString()).hasSizeLessThan(5000);
            assertThat(line.get("message")).isEqualTo("half \uFFFD pair");
        });
    }

    @Test
    void levelChangesWhileRunning() {
        ServiceLog log = open(ServiceName.EVA_OS);
        log.debug("x", "one", Map.of());
        config.set(new LoggingConfig(LogLevel.DEBUG, 1_000_000, 3));
        log.debug("x", "two", Map.of());
        config.set(new LoggingConfig(LogLevel.ERROR, 1_000_000, 3));
        log.warn("x", "three", Map.of());
        log.error("x", "four", Map.of(), null);

        assertThat(lines(ServiceName.EVA_OS))
                .extracting(line -> line.get("message"))
                .containsExactly("two", "four");
    }

    @Test
    void eachServiceHasItsFileAndLibrariesWarnInTheFirst() {
        ServiceLog first = open(ServiceName.MEMORY_ENGINE);
        ServiceLog second = open(ServiceName.PIPECAT);
        first.info("x", "first", Map.of());
        second.info("x", "second", Map.of());
        LoggerFactory.getLogger("org.example.Library").info("not written");
        LoggerFactory.getLogger("org.example.Library")
                .atWarn()
                .addKeyValue("port", 7000)
                .log("library {}", "warns");

        assertThat(lines(ServiceName.MEMORY_ENGINE))
                .extracting(line -> line.get("message"))
                .containsExactly("first", "library warns");
        assertThat(read(file(ServiceName.MEMORY_ENGINE)).getLast())
                .containsEntry("event", "library")
                .containsEntry("logger", "org.example.Library")
                .containsEntry("port", 7000L);
        assertThat(read(file(ServiceName.PIPECAT)))
                .extracting(line -> line.get("message"))
                .containsExactly("second");
    }

    @Test
    void fullFileIsRotatedAndOnlySoManyAreKept() throws IOException {
        config.set(new LoggingConfig(LogLevel.INFO, 2000, 3));
        ServiceLog log = open(ServiceName.EVA_OS);
        IntStream.range(0, 100).forEach(i -> log.warn("x", "line " + i, Map.of()));
        logs.close();

        Path file = file(ServiceName.EVA_OS);
        Path older = file.resolveSibling("eva-os.log.1");
        Path oldest = file.resolveSibling("eva-os.log.2");
        try (Stream<Path> all = Files.list(file.getParent())) {
            assertThat(all).containsExactlyInAnyOrder(file, older, oldest);
        }
        assertThat(Files.size(older)).isBetween(2000L, 2400L);
        List<Object> messages = Stream.of(oldest, older, file)
                .flatMap(each -> read(each).stream())
                .map(line -> line.get("message"))
                .toList();
        int first = 100 - messages.size();
        assertThat(messages)
                .isEqualTo(
                        IntStream.range(first, 100).mapToObj(i -> "line " + i).toList());
    }

    @Test
    void fewerFilesAreKeptOnceConfigured() throws IOException {
        config.set(new LoggingConfig(LogLevel.INFO, 1024, 6));
        ServiceLog log = open(ServiceName.EVA_OS);
        IntStream.range(0, 100).forEach(i -> log.warn("x", "line " + i, Map.of()));
        logs.close();
        config.set(new LoggingConfig(LogLevel.INFO, 1024, 2));
        ServiceLog again = open(ServiceName.EVA_OS);
        IntStream.range(0, 20).forEach(i -> again.warn("x", "line " + i, Map.of()));
        logs.close();

        try (Stream<Path> all = Files.list(file(ServiceName.EVA_OS).getParent())) {
            assertThat(all).hasSize(2);
        }
    }

    @Test
    void closeWritesEverythingThatWaits() {
        ServiceLog log = open(ServiceName.EVA_OS);
        IntStream.range(0, 5000).forEach(i -> log.warn("x", "line", Map.of("i", i)));

        assertThat(lines(ServiceName.EVA_OS)).hasSize(5000);
    }

    @Test
    void fileThatCannotBeWrittenIsRefused() throws IOException {
        Files.writeString(folder.resolve("logs"), "a file where the folder should be");

        assertThatThrownBy(() -> open(ServiceName.EVA_OS))
                .asInstanceOf(type(SoniaException.class))
                .satisfies(refused -> assertThat(refused.code()).isEqualTo(ErrorCode.STORAGE_UNAVAILABLE));
    }

    @Test
    void appendingAfterARestartKeepsTheOldLines() {
        open(ServiceName.EVA_OS).info("x", "before", Map.of());
        logs.close();
        open(ServiceName.EVA_OS).info("x", "after", Map.of());

        assertThat(lines(ServiceName.EVA_OS))
                .extracting(line -> line.get("message"))
                .containsExactly("before", "after");
    }
}
