package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.Home;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.json.Json;
import io.sonia.testdb.PostgresServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Starts that must not succeed: a real process, its exit code and the one message that says why. */
@Timeout(90)
class RefusedStartsIT {

    private static final int STORAGE = 74;
    private static final int PORT = 75;
    private static final int KEYS = 77;
    private static final int CONFIG = 78;

    /** How a process ended and all that it said. */
    record Ended(int code, String said) {}

    @TempDir
    Path folder;

    private TestHome home;

    @BeforeEach
    void install() throws IOException {
        home = TestHome.install(folder, Map.of());
    }

    private static Process launch(Path root, Path output, String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "io.sonia.platform.Main"));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        if (output != null) {
            builder.redirectOutput(output.toFile());
        }
        builder.environment().put("SONIA_HOME", root.toString());
        return builder.start();
    }

    static Ended start(Path root, String... words) throws Exception {
        Process process = launch(root, null, words);
        try (InputStream out = process.getInputStream()) {
            String said = new String(out.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
            return new Ended(process.exitValue(), said);
        } finally {
            process.destroyForcibly();
        }
    }

    private Home files() {
        return home.home();
    }

    /** Refused with that code and one message of its own that names each of these; never with a stack trace. */
    private void refused(int code, ServiceName service, Object... named) throws Exception {
        refused(start(files().root(), service.wireName()), code, named);
    }

    static void refused(Ended ended, int code, Object... named) {
        assertThat(ended.code()).as(ended.said()).isEqualTo(code);
        assertThat(ended.said())
                .startsWith("sonia: ")
                .doesNotContain("Exception")
                .doesNotContain("\tat ");
        for (Object each : named) {
            assertThat(ended.said()).contains(each.toString());
        }
    }

    @Test
    void aHomeThatCannotBeWrittenIs74() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "no folder");
        refused(start(file.resolve("home"), "eva-os"), STORAGE, file);
    }

    @Test
    void aDatabaseThatIsNoneIs74() throws Exception {
        Path database = files().database(ServiceName.MEMORY_ENGINE);
        Files.createDirectories(database.getParent());
        Files.writeString(database, "this is no database ".repeat(500));
        refused(STORAGE, ServiceName.MEMORY_ENGINE);
    }

    @Test
    void aDatabaseThatIsAFolderIs74() throws Exception {
        Files.createDirectories(files().database(ServiceName.MEMORY_ENGINE));
        refused(STORAGE, ServiceName.MEMORY_ENGINE);
    }

    @Test
    void aPortThatIsTakenIs75() throws Exception {
        try (ServerSocket taken =
                new ServerSocket(home.port(ServiceName.EVA_OS), 1, InetAddress.getLoopbackAddress())) {
            refused(PORT, ServiceName.EVA_OS, taken.getLocalPort());
        }
    }

    @Test
    void everyProblemOfTheConfigurationIsNamedAnd78() throws Exception {
        Files.writeString(
                files().configFile(),
                "{\"http\":{\"max_runing\":1},\"services\":{\"pipecat\":{\"port\":\"seven\"}},\"nonsense\":{}}");
        refused(CONFIG, ServiceName.PIPECAT, "max_runing", "services.pipecat.port", "nonsense");
        refused(start(files().root(), "check"), CONFIG, "max_runing", "services.pipecat.port", "nonsense");
    }

    @Test
    void aDatabaseServerThatIsNotThereIs74() throws Exception {
        configure("{\"journal\":{\"url\":\"postgresql://127.0.0.1:1/sonia\"}}");
        refused(STORAGE, ServiceName.EVA_OS, "schema eva_os of postgresql://127.0.0.1:1/sonia cannot be reached");
    }

    @Test
    void aDatabaseThatIsUnknownIs74() throws Exception {
        database(PostgresServer.url(PostgresServer.port(), "none"));
        refused(STORAGE, ServiceName.EVA_OS, "/none is not there: create the database");
    }

    @Test
    void aDatabaseServerThatDoesNotEncryptThoughItShouldIs74() throws Exception {
        Path password = Files.writeString(files().secrets().resolve("postgres.password"), "correct horse");
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
        database(PostgresServer.url(PostgresServer.port(), "postgres") + "?sslmode=verify-full");
        Ended ended = start(files().root(), ServiceName.EVA_OS.wireName());
        refused(ended, STORAGE, "does not encrypt");
        assertThat(ended.said()).doesNotContain("correct horse");
    }

    @Test
    void aDatabaseOnAnotherMachineWithoutVerifiedEncryptionIs78() throws Exception {
        database("postgresql://db.example/sonia?sslmode=require");
        refused(CONFIG, ServiceName.EVA_OS, "leaves this machine: add sslmode=verify-full");
    }

    @Test
    void anInstanceWithoutItsPortOrADatabaseToShareIs78() throws Exception {
        refused(start(files().root(), "api-gateway", "--instance=2"), CONFIG, "only with journal.url");
        database(PostgresServer.url(1, "sonia"));
        for (String number : List.of("3", "0", "two", "")) {
            refused(start(files().root(), "api-gateway", "--instance=" + number), CONFIG, "There is no instance");
        }
    }

    private void database(String url) throws IOException {
        configure("{\"journal\":{\"url\":\"" + url + "\",\"user\":\"" + PostgresServer.USER + "\"}}");
    }

    @Test
    void aDatabasePasswordThatOthersCanReadIs77() throws Exception {
        Path file = Files.writeString(files().secrets().resolve("postgres.password"), "correct horse");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        configure("{\"journal\":{\"url\":\"postgresql://127.0.0.1:1/sonia\"}}");
        refused(KEYS, ServiceName.EVA_OS, "postgres.password", "chmod 600");
    }

    private void configure(String journal) throws IOException {
        Map<String, Object> config = new LinkedHashMap<>(Json.parseObject(Files.readString(files().configFile())));
        config.putAll(Json.parseObject(journal));
        Files.write(files().configFile(), Json.bytes(config));
    }

    @Test
    void authenticationIsNotSwitchedOffByALineInAFileAlone() throws Exception {
        configure("{\"auth\":{\"enabled\":false}}");
        refused(CONFIG, ServiceName.EVA_OS, "enabled=false", "SONIA_DEV_MODE=1");
        refused(start(files().root(), "check"), CONFIG, "SONIA_DEV_MODE=1");
    }

    @Test
    void openDiagnosticsAreRefusedWhereOthersCanReachThem() throws Exception {
        configure(
                "{\"auth\":{\"open_diagnostics\":true},\"services\":{\"pipecat\":{\"host\":\"0.0.0.0\",\"port\":7030}}}");
        refused(CONFIG, ServiceName.EVA_OS, "open_diagnostics=true", "services.pipecat.host");
    }

    @Test
    void aConfigurationThatIsNoJsonIs78() throws Exception {
        Files.writeString(files().configFile(), "{\"http\":");
        refused(CONFIG, ServiceName.EVA_OS);
    }

    @Test
    void aPolicyThatIsRefusedIs78() throws Exception {
        Path policy = files().policies().resolve("risk_policy.json");
        Files.writeString(policy, Files.readString(policy).replaceFirst("\\{", "{\"surprise\":1,"));
        refused(CONFIG, ServiceName.EVA_OS, "risk_policy.json", "surprise");
    }

    @Test
    void aServiceThatIsUnknownIs78() throws Exception {
        refused(start(files().root(), "eva-os", "eva-oz"), CONFIG, "eva-oz");
        refused(start(files().root()), CONFIG);
    }

    @Test
    void aSoundConfigurationPassesItsCheckInSilence() throws Exception {
        assertThat(start(files().root(), "check")).isEqualTo(new Ended(0, ""));
    }

    /** What the launcher builds on when one service alone refuses. */
    @Test
    void aChildThatRefusesSaysWhyInItsOwnFileAndItsSupervisorKnowsTheExitCode() throws Exception {
        Files.createDirectories(files().database(ServiceName.MEMORY_ENGINE));
        Process supervisor = launch(files().root(), folder.resolve("supervisor.out"), "eva-os", "--supervise");
        try {
            String error = "";
            while (!error.endsWith("exit " + STORAGE)) {
                assertThat(supervisor.isAlive()).isTrue();
                error = toldOf(ServiceName.MEMORY_ENGINE);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
            assertThat(files().log(ServiceName.MEMORY_ENGINE).resolveSibling("memory-engine.out"))
                    .content()
                    .startsWith("sonia: ");
        } finally {
            supervisor.destroy();
            assertThat(supervisor.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** What EVA-OS says is wrong with a service; nothing before it can be asked. */
    private String toldOf(ServiceName service) throws IOException {
        if (!Files.exists(files().operatorToken())) {
            return "";
        }
        try {
            Api evaOs = Api.at(home.port(ServiceName.EVA_OS), home.operatorToken());
            return Api.objects(evaOs.get("/v1/supervision/services").data().get("services")).stream()
                    .filter(each -> service.wireName().equals(each.get("name")))
                    .map(each -> String.valueOf(each.get("error")))
                    .findFirst()
                    .orElseThrow();
        } catch (UncheckedIOException notYet) {
            return "";
        }
    }
}
