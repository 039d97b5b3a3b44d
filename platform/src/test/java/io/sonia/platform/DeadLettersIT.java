package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.backup.BackupFolder;
import io.sonia.kernel.ServiceName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A failed action of a running house: kept, backed up, put back, and replayed through its gate and executor. */
class DeadLettersIT {

    @TempDir
    Path folder;

    @Test
    void aFailedActionIsKeptPutBackFromABackupAndReplayedOnce() throws Exception {
        TestHome home = TestHome.install(folder, Map.of("rate_limit", TestHome.noRateLimit()));
        String letter;
        String backup;
        String correlation;
        try (Stack _ = AllInOneIT.start(home)) {
            Api.Response failed = home.gateway()
                    .post("/v1/action", Map.of("tool_name", "file.read", "args", Map.of("path", "later.txt")));
            assertThat(failed.code()).as(failed.text()).isEqualTo("TOOL_FAILED");
            Map<String, Object> kept = only(home);
            assertThat(kept)
                    .containsEntry("failure_class", "execution_error")
                    .containsEntry("error_code", "TOOL_FAILED")
                    .containsEntry("action_id", failed.details().get("action_id"));
            letter = String.valueOf(kept.get("letter_id"));
            correlation = String.valueOf(kept.get("correlation_id"));
            assertThat(home.gateway().get("/metrics").text()).contains("sonia_dead_letters 1.0");
            Map<String, Object> made = data(home.gateway().post("/v1/backups", Map.of()));
            backup = String.valueOf(Api.object(made.get("backup")).get("backup_id"));
            assertThat(restored(home, backup, true))
                    .containsEntry("records_to_restore", 0L)
                    .containsEntry("skipped_existing", 1L);
        }
        lose(home);
        try (Stack _ = AllInOneIT.start(home)) {
            assertThat(letters(home)).isEmpty();
            assertThat(restored(home, backup, true))
                    .containsEntry("records_to_restore", 1L)
                    .containsEntry("records_restored", 0L);
            assertThat(letters(home)).isEmpty();
            assertThat(restored(home, backup, false)).containsEntry("records_restored", 1L);
            assertThat(restored(home, backup, false))
                    .containsEntry("records_restored", 0L)
                    .containsEntry("skipped_existing", 1L);
            assertThat(only(home)).containsEntry("letter_id", letter);

            Files.writeString(home.home().workspace().resolve("later.txt"), "there by now");
            String path = "/v1/dead-letters/" + letter + "/replay";
            Map<String, Object> tried = data(home.gateway().post(path + "?dry_run=true", Map.of()));
            assertThat(Api.object(tried.get("replay_diff")))
                    .containsEntry("would_succeed", true)
                    .containsEntry("replay_dry_run", true);
            Map<String, Object> replayed = data(home.gateway().post(path, Map.of()));
            assertThat(Api.object(replayed.get("action")))
                    .containsEntry("state", "succeeded")
                    .containsEntry("correlation_id", correlation)
                    .containsEntry("replay_generation", 1L);
            assertThat(home.gateway().post(path, Map.of()).code()).isEqualTo("ALREADY_REPLAYED");
            assertThat(letters(home)).isEmpty();
            String trace = home.gateway().get("/v1/audit/trace/" + correlation).text();
            assertThat(trace).contains("\"replay_generation\":1").contains("action.changed");
            assertThat(data(home.gateway().get("/v1/audit/verify?chain=all"))).containsEntry("valid", true);
        }
    }

    @Test
    void nothingIsPutBackFromADamagedBackup() throws Exception {
        TestHome home = TestHome.install(folder, Map.of("rate_limit", TestHome.noRateLimit()));
        try (Stack _ = AllInOneIT.start(home)) {
            Map<String, Object> made = data(home.gateway().post("/v1/backups", Map.of()));
            String backup = String.valueOf(Api.object(made.get("backup")).get("backup_id"));
            Path store = BackupFolder.of(home.home(), backup).store(ServiceName.API_GATEWAY);
            byte[] bytes = Files.readAllBytes(store);
            bytes[bytes.length / 2] ^= 1;
            Files.write(store, bytes);
            Api.Response refused =
                    home.gateway().post("/v1/backups/" + backup + "/restore/dlq", Map.of("dry_run", false));
            assertThat(refused.code()).isEqualTo("INTEGRITY_FAILED");
            assertThat(home.gateway()
                            .post("/v1/backups/bak_none/restore/dlq", Map.of())
                            .code())
                    .isEqualTo("NOT_FOUND");
        }
    }

    private static void lose(TestHome home) throws SQLException {
        try (Connection direct =
                        DriverManager.getConnection("jdbc:sqlite:" + home.home().database(ServiceName.API_GATEWAY));
                Statement statement = direct.createStatement()) {
            statement.executeUpdate("DELETE FROM dead_letters");
            statement.executeUpdate("DELETE FROM actions");
        }
    }

    private static Map<String, Object> restored(TestHome home, String backup, boolean dryRun) throws IOException {
        return data(home.gateway().post("/v1/backups/" + backup + "/restore/dlq", Map.of("dry_run", dryRun)));
    }

    private static Map<String, Object> only(TestHome home) throws IOException {
        List<Map<String, Object>> all = letters(home);
        assertThat(all).hasSize(1);
        return all.getFirst();
    }

    private static List<Map<String, Object>> letters(TestHome home) throws IOException {
        return Api.objects(data(home.gateway().get("/v1/dead-letters")).get("dead_letters"));
    }

    private static Map<String, Object> data(Api.Response response) {
        assertThat(response.status()).as(response.text()).isEqualTo(200);
        return response.data();
    }
}
