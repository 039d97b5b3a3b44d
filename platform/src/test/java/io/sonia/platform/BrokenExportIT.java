package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ServiceName;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator may take of a chain that does not verify, and nobody can take for one that does. */
@Timeout(90)
class BrokenExportIT {

    private static final String EXPORT = "/v1/audit/export?chain=eva-os";
    private static final String ALL_THE_SAME = EXPORT + "&allow_broken=true";

    @TempDir
    Path folder;

    private TestHome home;
    private Stack stack;
    private String correlation = "";

    @BeforeEach
    void start() throws IOException {
        home = TestHome.install(folder, Map.of());
        stack = AllInOneIT.start(home);
        correlation = home.gateway()
                .post("/v1/turn", Map.of("input_text", "list files in docs"))
                .header("X-Correlation-ID")
                .orElseThrow();
        assertThat(home.gateway().get(EXPORT).data()).containsEntry("valid", true);
    }

    @AfterEach
    void stop() {
        stack.close();
    }

    @Test
    void aBrokenChainIsShownAsItIsToAnOperatorWhoAsks() throws Exception {
        outside("UPDATE audit_entries SET actor_id = 'somebody', detail = 'no object' WHERE seq = 3;"
                + " DELETE FROM audit_entries WHERE seq IN (1, 5)");

        Api.Response refused = home.gateway().get(EXPORT);
        Api.Response asFile = home.gateway().get(EXPORT + "&format=file");
        Api.Response found = home.gateway().get(ALL_THE_SAME);

        assertThat(refused.code()).isEqualTo("AUDIT_CHAIN_BROKEN");
        assertThat(asFile.code()).isEqualTo("AUDIT_CHAIN_BROKEN");
        assertThat(found.status()).as(found.text()).isEqualTo(200);
        assertThat(found.data()).containsEntry("valid", false).containsEntry("from_seq", 1L);
        List<Map<String, Object>> entries = Api.objects(found.data().get("entries"));
        assertThat(entries)
                .extracting(entry -> entry.get("seq"))
                .startsWith(2L, 3L, 4L, 6L)
                .doesNotContain(1L, 5L);
        assertThat(entries.get(1)).containsEntry("actor_id", "somebody").containsEntry("detail", "no object");
        assertThat(found.data()).containsEntry("first_hash", entries.getFirst().get("hash"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"entries", "export", "verify", "export?allow_broken=true", "proof/3", "trace/"})
    void theServiceIsUnwellOnceAnyReadingHasMetTheBreak(String read) throws Exception {
        assertThat(audit()).isEqualTo("ok");
        outside("UPDATE audit_entries SET actor_id = 'somebody' WHERE seq >= 3");
        assertThat(audit()).isEqualTo("ok");

        evaOs().get("/v1/audit/" + (read.endsWith("/") ? read + correlation : read));

        assertThat(audit()).isEqualTo("failed");
    }

    @Test
    void noVerifierAcceptsTheFile() throws Exception {
        outside("UPDATE audit_entries SET actor_id = 'somebody' WHERE seq = 3");

        Path file = saved(ALL_THE_SAME + "&format=file", "broken.jsonl");

        OfflineVerifier.Ended verified = OfflineVerifier.run(
                "export",
                file.toString(),
                "--key",
                home.home().notaryPublicKeys().toString());
        assertThat(verified.code()).as(verified.said()).isEqualTo(1);
        assertThat(verified.said()).contains("hash_mismatch").contains("3");
        assertThat(Files.readString(file)).contains("\"actor_id\":\"somebody\"");
    }

    @Test
    void onlyAnOperatorMay() throws IOException {
        Api.Response made = evaOs().post("/v1/users", Map.of("display_name", "ann", "role", "observer"));
        String key = String.valueOf(made.data().get("api_key"));

        for (ServiceName each : List.of(ServiceName.API_GATEWAY, ServiceName.EVA_OS)) {
            Api observer = Api.at(home.port(each), key);
            assertThat(observer.get(EXPORT).status()).isEqualTo(200);
            assertThat(observer.get(ALL_THE_SAME).code()).isEqualTo("FORBIDDEN");
        }
    }

    @Test
    void aSoundChainIsExportedAsEver() throws Exception {
        Path file = saved(ALL_THE_SAME + "&format=file", "sound.jsonl");

        assertThat(home.gateway().get(ALL_THE_SAME).data()).containsEntry("valid", true);
        OfflineVerifier.Ended verified = OfflineVerifier.run(
                "export",
                file.toString(),
                "--key",
                home.home().notaryPublicKeys().toString());
        assertThat(verified.code()).as(verified.said()).isZero();
    }

    private Api evaOs() throws IOException {
        return Api.at(home.port(ServiceName.EVA_OS), home.operatorToken());
    }

    /** What the service says of its chain. */
    private Object audit() throws IOException {
        return Api.object(Json.parseObject(evaOs().get("/healthz").text()).get("checks"))
                .get("audit");
    }

    private Path saved(String path, String name) throws IOException {
        Api.Response answer = home.gateway().get(path);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return Files.write(folder.resolve(name), answer.bytes());
    }

    private void outside(String statements) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection("jdbc:sqlite:" + home.home().database(ServiceName.EVA_OS));
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("PRAGMA busy_timeout = 5000; DROP TRIGGER audit_entries_no_update;"
                    + " DROP TRIGGER audit_entries_no_delete; " + statements);
        }
    }
}
