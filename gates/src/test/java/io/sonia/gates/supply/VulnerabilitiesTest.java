package io.sonia.gates.supply;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.Clock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Known flaws of libraries, found by the versions that advisories name. */
class VulnerabilitiesTest {

    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @BeforeEach
    void list() throws IOException {
        Files.writeString(folder.resolve("sbom.json"), """
                {"components": [
                  {"group": "org.example", "name": "parser", "version": "2.10.1"},
                  {"group": "io.sonia", "name": "sonia-kernel", "version": "1"},
                  {"name": "nameless"}]}""");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"introduced": "0"}                                                              | 1
            {"introduced": "0"}, {"fixed": "2.10.1"}                                         | 0
            {"introduced": "0"}, {"fixed": "2.10.2"}                                         | 1
            {"introduced": "2.9"}, {"fixed": "2.11"}                                         | 1
            {"introduced": "2.10.1-rc1"}, {"fixed": "2.10.1-rc3"}                            | 0
            {"introduced": "2.11"}                                                           | 0
            {"introduced": "1.0"}, {"last_affected": "2.10.0"}                               | 0
            {"introduced": "1.0"}, {"last_affected": "2.10.1"}                               | 1
            {"introduced": "1.0"}, {"fixed": "1.5"}, {"introduced": "2.10"}                  | 1
            {"introduced": "1.0"}, {"fixed": "1.5"}, {"introduced": "3.0"}                   | 0
            """)
    void aVersionWithinASpanIsFound(String events, int code) throws IOException {
        advise("org.example:parser", "\"ranges\": [{\"type\": \"ECOSYSTEM\", \"events\": [" + events + "]}]", "");

        assertThat(run()).isEqualTo(code);
    }

    @Test
    void aVersionThatIsNamedIsFoundWithItsAdvisory() throws IOException {
        advise("org.example:parser", "\"versions\": [\"2.10.0\", \"2.10.1\"]", "");

        assertThat(run()).isEqualTo(1);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("org.example:parser 2.10.1: GHSA-1 It breaks");
    }

    @Test
    void othersAndWithdrawnOnesAreNot() throws IOException {
        advise("org.example:parser2", "\"versions\": [\"2.10.1\"]", "");
        assertThat(run()).isZero();
        advise("org.example:parser", "\"versions\": [\"2.10.1\"]", ", \"withdrawn\": \"2026-01-01T00:00:00Z\"");
        assertThat(run()).isZero();
    }

    @Test
    void withoutFreshAdvisoriesNothingIsSaid() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThat(run(empty)).isEqualTo(3);
        Files.writeString(empty.resolve("old.json"), advisory("a:b", "\"versions\": [\"1\"]", "", Duration.ofDays(8)));
        assertThat(run(empty)).isEqualTo(3);
        Files.writeString(empty.resolve("new.json"), advisory("a:b", "\"versions\": [\"1\"]", "", Duration.ofDays(6)));
        assertThat(run(empty)).isZero();
        Files.writeString(empty.resolve("damaged.json"), "{");
        assertThat(run(empty)).isEqualTo(3);
        assertThat(run(folder.resolve("nowhere"))).isEqualTo(2);
    }

    private void advise(String name, String affected, String more) throws IOException {
        try (OutputStream file = Files.newOutputStream(folder.resolve("db.zip"));
                ZipOutputStream zip = new ZipOutputStream(file)) {
            zip.putNextEntry(new ZipEntry("GHSA-1.json"));
            zip.write(advisory(name, affected, more, Duration.ZERO).getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String advisory(String name, String affected, String more, Duration age) {
        return "{\"id\": \"GHSA-1\", \"summary\": \"It breaks\", \"modified\": \""
                + Instant.now().minus(age)
                + "\", \"affected\": [{\"package\": {\"ecosystem\": \"Maven\", \"name\": \"" + name + "\"}, " + affected
                + "}]" + more + "}";
    }

    private int run() throws IOException {
        return run(folder.resolve("db.zip"));
    }

    private int run(Path database) throws IOException {
        return new Vulnerabilities(
                        folder.resolve("sbom.json"), Clock.system(), new PrintStream(out, true, StandardCharsets.UTF_8))
                .run(List.of("--db=" + database));
    }
}
