package io.sonia.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Home;
import io.sonia.kernel.SecretFile;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.settings.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JournalConfigTest {

    @TempDir
    Path folder;

    @Test
    void withoutAUrlEveryServiceKeepsAFile() throws IOException {
        assertThat(ServiceName.values()).allMatch(service -> databaseOf(Map.of(), service) == null);
    }

    @Test
    void eachServiceHasASchemaExceptTheMemoryEngine() {
        Map<String, Object> section = Map.of("url", "postgresql://127.0.0.1:5432/sonia");

        assertThat(databaseOf(section, ServiceName.EVA_OS).schema()).isEqualTo("eva_os");
        assertThat(databaseOf(section, ServiceName.API_GATEWAY).schema()).isEqualTo("api_gateway");
        assertThat(databaseOf(section, ServiceName.MEMORY_ENGINE)).isNull();
    }

    @Test
    void passwordIsReadFromItsFileAndNeverShown() throws IOException {
        Path file = Files.createDirectories(folder.resolve("secrets")).resolve("postgres.password");
        SecretFile.write(file, "correct horse\n".getBytes(StandardCharsets.UTF_8));

        PostgresDatabase database = databaseOf(Map.of("url", "postgresql://localhost/sonia"), ServiceName.EVA_OS);

        assertThat(database.password()).isEqualTo("correct horse");
        assertThat(database.toString()).isEqualTo("schema eva_os of postgresql://localhost/sonia");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://[::1]:5432/sonia",
                "postgresql://db.example:5432/sonia?sslmode=verify-full",
                "postgresql://10.0.0.7/sonia?sslrootcert=/etc/ssl/db.pem&sslmode=verify-ca"
            })
    void urlsThatArePermitted(String url) {
        assertThat(databaseOf(Map.of("url", url), ServiceName.EVA_OS)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            jdbc:postgresql://localhost/sonia                        | not of the form
            postgresql://sonia:hidden@localhost/sonia                | not of the form
            postgresql://localhost:5432                              | not of the form
            postgresql://localhost/sonia?password=hidden             | the parameter password
            postgresql://localhost/sonia?currentSchema=public        | the parameter currentSchema
            postgresql://db.example/sonia                            | leaves this machine
            postgresql://db.example/sonia?sslmode=require            | leaves this machine
            postgresql://localhost/sonia?sslrootcert=ca.pem          | without its whole path
            postgresql://127.0.0.1.example/sonia                     | leaves this machine
            """)
    void urlsThatAreRefused(String url, String problem) {
        assertThatThrownBy(() -> databaseOf(Map.of("url", url), ServiceName.EVA_OS))
                .isInstanceOfSatisfying(SoniaException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID);
                    assertThat(e.details().get("problems").toString())
                            .contains(problem)
                            .doesNotContain("hidden");
                });
    }

    private PostgresDatabase databaseOf(Map<String, Object> section, ServiceName service) {
        Path file = folder.resolve("config.json");
        try {
            Files.write(file, Json.bytes(Map.of("journal", section)));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        Settings settings = Settings.load(file, Map.of(), List.of(JournalConfig.SECTION), new TestClock());
        return settings.section(JournalConfig.SECTION)
                .databaseOf(service, new Home(folder))
                .orElse(null);
    }
}
