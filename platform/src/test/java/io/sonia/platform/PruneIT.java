package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A running stack whose entries of some days ago are removed. */
class PruneIT {

    private static final String PRUNE = "/v1/audit/prune";

    @TempDir
    Path folder;

    private TestHome home;
    private Stack stack;

    @BeforeEach
    void start() throws IOException {
        home = TestHome.install(folder, Map.of("audit", Map.of("checkpoint_interval_ms", 1_000, "retention_days", 2)));
        stack = AllInOneIT.start(home, new SkewedClock(Clock.system(), Duration.ofDays(-5)), Main.SERVICES);
        home.gateway().post("/v1/turn", Map.of("input_text", "remember that the shed is locked"));
        home.gateway().get("/v1/audit/export?chain=memory-engine");
        restart();
        home.gateway().post("/v1/turn", Map.of("input_text", "where is the key?"));
    }

    @AfterEach
    void stop() {
        stack.close();
    }

    @Test
    void oldEntriesGoAndWhatRemainsVerifiesEverywhere() throws Exception {
        Map<String, Object> asked = asked(3);
        Api.Response dry = home.gateway().post(PRUNE, asked);
        assertThat(dry.data()).as(dry.text()).containsEntry("dry_run", true).containsEntry("deleted", 0L);
        assertThat(entries().get("total")).isNotEqualTo(0L);
        Object before = entries().get("total");

        Api keyed = home.gateway().with("X-Idempotency-Key", "prune-1");
        Api.Response done = keyed.post(PRUNE, really(asked));
        assertThat(done.data()).as(done.text()).containsEntry("dry_run", false).containsEntry("retention_days", 2L);
        long last = (Long) done.data().get("to_seq");
        assertThat(done.data())
                .containsEntry("deleted", last)
                .containsEntry("matched", dry.data().get("matched"));
        assertThat(keyed.post(PRUNE, really(asked)).data()).isEqualTo(done.data());
        assertThat((Long) entries().get("total")).isLessThan((Long) before);

        assertThat(home.gateway()
                        .get("/v1/audit/entries?chain=memory-engine&to_seq=" + last)
                        .code())
                .isEqualTo("AUDIT_PRUNED");
        assertThat(home.gateway().get("/v1/audit/proof/1?chain=memory-engine").code())
                .isEqualTo("AUDIT_PRUNED");
        assertThat(home.gateway()
                        .get("/v1/audit/export?format=tiles&chain=memory-engine")
                        .code())
                .isEqualTo("AUDIT_PRUNED");
        verifies();
        restart();
        verifies();
        assertThat(home.gateway().post(PRUNE, asked).data()).containsEntry("matched", 0L);
    }

    @Test
    void whatIsWithinItsRetentionStays() throws Exception {
        Api.Response young = home.gateway().post(PRUNE, really(asked(1)));
        assertThat(young.code()).as(young.text()).isEqualTo("INVALID_STATE");
        Api.Response many =
                home.gateway().post(PRUNE, Map.of("chain", "memory-engine", "before_seq", 1_000_000, "dry_run", false));
        assertThat(many.code()).as(many.text()).isEqualTo("INVALID_STATE");
        for (Map<String, Object> bad : List.<Map<String, Object>>of(
                Map.of(),
                Map.of("before", Instant.EPOCH.toString(), "before_seq", 3),
                Map.of("before_seq", 0),
                Map.of("before_seq", 3, "batch_size", 0),
                Map.of("before", "yesterday"),
                Map.of("before_seq", 3, "chain", "nobody"))) {
            assertThat(home.gateway().post(PRUNE, bad).code())
                    .as(bad.toString())
                    .isEqualTo("INVALID_ARGUMENT");
        }
        stack.close();
        String config = Files.readString(home.home().configFile());
        Files.writeString(
                home.home().configFile(),
                config.replace("\"retention_days\":2", "\"retention_days\":2,\"legal_hold\":true"));
        stack = AllInOneIT.start(home);
        Api.Response held = home.gateway().post(PRUNE, really(asked(3)));
        assertThat(held.code()).as(held.text()).isEqualTo("INVALID_STATE");
        assertThat(home.gateway().post(PRUNE, asked(3)).data()).doesNotContainEntry("matched", 0L);
    }

    @Test
    void aBeginningThatWasCutOffToAHeadNobodySignedIsRefused() throws Exception {
        home.gateway().post(PRUNE, really(asked(3)));
        stack.close();
        try (Connection connection =
                        DriverManager.getConnection("jdbc:sqlite:" + home.home().database(ServiceName.MEMORY_ENGINE));
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("DROP TRIGGER audit_pruned_no_update;"
                    + " UPDATE audit_pruned SET note = replace(note, substr(note, 40, 1), 'A')");
        }

        assertThatThrownBy(() -> AllInOneIT.start(home))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.AUDIT_CHAIN_BROKEN));
    }

    private void verifies() throws Exception {
        Api.Response all = home.gateway().get("/v1/audit/verify?chain=all");
        assertThat(all.data()).as(all.text()).containsEntry("valid", true);
        Api.Response export = home.gateway().get("/v1/audit/export?format=file&chain=memory-engine");
        Path file = Files.write(folder.resolve("left.jsonl"), export.bytes());
        OfflineVerifier.Ended ended = OfflineVerifier.run(
                "export",
                file.toString(),
                "--key",
                home.home().notaryPublicKeys().toString());
        assertThat(ended.code()).as(ended.said()).isZero();
        assertThat(Files.readString(file)).contains("audit.pruned");
    }

    private Map<String, Object> entries() throws IOException {
        return home.gateway().get("/v1/audit/entries?chain=memory-engine").data();
    }

    private static Map<String, Object> asked(int days) {
        return Map.of(
                "chain",
                ServiceName.MEMORY_ENGINE.wireName(),
                "before",
                Instant.now().minus(Duration.ofDays(days)).toString());
    }

    private static Map<String, Object> really(Map<String, Object> asked) {
        Map<String, Object> really = new java.util.HashMap<>(asked);
        really.put("dry_run", false);
        return really;
    }

    private void restart() {
        stack.close();
        stack = AllInOneIT.start(home);
    }
}
