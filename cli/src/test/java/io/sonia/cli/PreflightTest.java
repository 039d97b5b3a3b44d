package io.sonia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.Installation;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What keeps a start from being made, found before it and refused by it. */
class PreflightTest {

    @TempDir
    Path folder;

    private final Captured captured = Captured.pipes();
    private Home home;

    /** What is done to a home that would start. */
    enum Harm {
        READABLE_KEY(77, "permissions") {
            @Override
            void to(Home home) throws IOException {
                Files.setPosixFilePermissions(home.rootKey(), PosixFilePermissions.fromString("rw-r--r--"));
            }
        },
        OPEN_DATA(77, "permissions") {
            @Override
            void to(Home home) throws IOException {
                Files.createDirectories(home.data());
                Files.setPosixFilePermissions(home.data(), PosixFilePermissions.fromString("rwxrwx---"));
            }
        },
        KEY_IN_CONFIGURATION(78, "secrets") {
            @Override
            void to(Home home) throws IOException {
                Files.write(
                        home.configFile(),
                        Json.bytes(Map.of(
                                "model_router",
                                Map.of(
                                        "providers",
                                        Map.of("x", Map.of("base_url", "https://u:hunter2@example.org/v1"))))));
            }
        },
        KEY_IN_POLICY(78, "secrets") {
            @Override
            void to(Home home) throws IOException {
                Files.writeString(
                        home.policies().resolve("notes.json"),
                        "{\"rules\": [\"sk-ant-api03-" + "Ab3dEf6h".repeat(12) + "\"]}");
            }
        },
        CLOCK_OF_THE_PAST(74, "clock") {
            @Override
            void to(Home home) throws IOException {
                Path database = home.database(ServiceName.EVA_OS);
                Files.createDirectories(
                        database.getParent(),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                Files.writeString(database, "");
                Files.setLastModifiedTime(database, FileTime.from(Instant.now().plus(Duration.ofHours(2))));
            }
        };

        private final int code;
        private final String subject;

        Harm(int code, String subject) {
            this.code = code;
            this.subject = subject;
        }

        abstract void to(Home home) throws IOException;
    }

    @BeforeEach
    void install() throws IOException {
        home = new Home(folder.resolve("home"));
        Installation.ensure(home, new Ids(new SecureRandom()));
        Files.createDirectories(place().dist());
        Files.writeString(place().dist().resolve("sonia.jar"), "");
    }

    @ParameterizedTest
    @EnumSource(Harm.class)
    void whatIsUnsafeIsFoundAndRefused(Harm harm) throws IOException {
        assertThat(subjects(Finding.Grade.BAD)).doesNotContain(harm.subject);
        harm.to(home);

        assertThat(subjects(Finding.Grade.BAD)).contains(harm.subject);
        assertThat(Main.run(place(), "preflight")).isEqualTo(ExitCode.NEGATIVE.code());
        assertThat(Main.run(place(), "up")).isEqualTo(harm.code);
        assertThat(captured.err()).contains("SONIA is not started");
        assertThat(home.pidFile(ServiceName.EVA_OS)).doesNotExist();
    }

    @Test
    void whereASecretStandsIsToldAndTheSecretIsNot() throws IOException {
        Harm.KEY_IN_CONFIGURATION.to(home);
        Main.run(place(), "preflight");

        assertThat(captured.out()).contains("sonia-config.json.model_router.providers.x.base_url");
        assertThat(captured.out()).doesNotContain("hunter2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "state/pids/openclaw.pid",
                "secrets/tokens/openclaw.token.new",
                "state/audit-heads/eva-os.accepted"
            })
    void whatAFormerLifeHasLeftIsUnusualAndWithStrictWrong(String left) throws IOException {
        assertThat(strict()).doesNotContain("leftovers");
        Path file = home.root().resolve(left);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));

        assertThat(subjects(Finding.Grade.NOTE)).contains("leftovers");
        assertThat(subjects(Finding.Grade.BAD)).doesNotContain("leftovers");
        assertThat(strict()).contains("leftovers");
        assertThat(Main.run(place(), "preflight", "--strict", "--json")).isEqualTo(ExitCode.NEGATIVE.code());
        assertThat(Json.parseObject(captured.out().strip())).containsEntry("well", false);
    }

    private List<String> strict() {
        return subjects(Finding.Grade.NOTE);
    }

    private List<String> subjects(Finding.Grade grade) {
        return new Preflight(place())
                .all().stream()
                        .filter(each -> each.grade() == grade)
                        .map(Finding::subject)
                        .toList();
    }

    private Workplace place() {
        Map<String, String> environment = new HashMap<>(System.getenv());
        return new Workplace(home, folder.resolve("dist"), environment, Clock.system(), captured.screen());
    }
}
