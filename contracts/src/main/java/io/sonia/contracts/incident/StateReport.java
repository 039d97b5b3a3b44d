package io.sonia.contracts.incident;

import io.sonia.journal.ReadOnlyJournal;
import io.sonia.journal.Row;
import io.sonia.kernel.Home;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Version;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.process.PidRecord;
import io.sonia.kernel.process.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How the services are: what those that run say about themselves, and what is on record about all. */
final class StateReport {

    private static final int MAX_DEAD = 1_000;

    /** Of what EVA-OS keeps; its own routes answer it while it runs. */
    private static final String BUDGETS = "SELECT * FROM restart_budgets ORDER BY service_name";

    /** Of failed actions, without what they were called with. */
    private static final String LETTERS = "SELECT letter_id, action_id, state, intent, failure_class, created_at,"
            + " replay_action_id, replay_generation FROM dead_letters WHERE state IN ('open', 'claimed')"
            + " ORDER BY created_at DESC, letter_id DESC LIMIT " + MAX_DEAD;

    /** Without what they say: that is somebody's conversation. */
    private static final String DEAD = "SELECT outbox_id, topic, dedupe_id, attempts, created_at FROM outbox"
            + " WHERE dead = 1 ORDER BY outbox_id DESC LIMIT " + MAX_DEAD;

    private final IncidentSources sources;
    private final StagedFiles files;

    StateReport(IncidentSources sources, StagedFiles files) {
        this.sources = sources;
        this.files = files;
    }

    void write() {
        files.putJson("build.json", build());
        files.putJson("health/processes.json", processes());
        for (ServiceName service : ServiceName.values()) {
            ask("health/" + service + ".json", service, Operation.STATUS);
            ask("breakers/" + service + ".json", service, Operation.BREAKER_LIST);
        }
        ask("config/effective.json", ServiceName.EVA_OS, Operation.CONFIG_GET);
        ask("supervision/services.json", ServiceName.EVA_OS, Operation.SUPERVISION_SERVICES);
        ask("health/diagnostics.json", ServiceName.API_GATEWAY, Operation.DIAGNOSTICS);
        stored("supervision/budgets.json", ServiceName.EVA_OS, BUDGETS, StateReport::budget);
        for (ServiceName service : ServiceName.values()) {
            stored("dead-letters/" + service + ".json", service, DEAD, StateReport::deadLetter);
        }
        stored("dead-letters/actions.json", ServiceName.API_GATEWAY, LETTERS, StateReport::failedAction);
    }

    private void ask(String name, ServiceName service, Operation operation) {
        try {
            files.putJson(name, sources.services().ask(service, operation));
        } catch (SoniaException e) {
            files.omit(name, service + " does not answer: " + e.code());
        }
    }

    private void stored(String name, ServiceName service, String query, RowAsJson reader) {
        try (ReadOnlyJournal store = sources.stores().open(service)) {
            List<Map<String, @Nullable Object>> rows = store.read(sql -> sql.list(query, reader::read));
            files.putJson(name, Map.of("rows", rows));
        } catch (SoniaException e) {
            files.omit(name, e.text());
        }
    }

    private interface RowAsJson {
        Map<String, @Nullable Object> read(Row row) throws SQLException;
    }

    private static Map<String, @Nullable Object> budget(Row row) throws SQLException {
        Map<String, @Nullable Object> budget = new LinkedHashMap<>();
        budget.put("service_name", row.text("service_name"));
        budget.put("window_start_ms", row.number("window_start_ms"));
        budget.put("attempt_count", row.number("attempt_count"));
        budget.put("backoff_until_epoch_ms", row.number("backoff_until_epoch_ms"));
        budget.put("exhausted", row.truth("exhausted"));
        budget.put("updated_at", row.text("updated_at"));
        return budget;
    }

    private static Map<String, @Nullable Object> deadLetter(Row row) throws SQLException {
        Map<String, @Nullable Object> letter = new LinkedHashMap<>();
        letter.put("outbox_id", row.number("outbox_id"));
        letter.put("topic", row.text("topic"));
        letter.put("dedupe_id", row.text("dedupe_id"));
        letter.put("attempts", row.number("attempts"));
        letter.put("created_at", row.text("created_at"));
        return letter;
    }

    private static Map<String, @Nullable Object> failedAction(Row row) throws SQLException {
        Map<String, @Nullable Object> letter = new LinkedHashMap<>();
        for (String column : List.of(
                "letter_id", "action_id", "state", "intent", "failure_class", "created_at", "replay_action_id")) {
            letter.put(column, row.textOrNull(column));
        }
        letter.put("replay_generation", row.integer("replay_generation"));
        return letter;
    }

    /** Whether the process on record of each service runs. */
    private Map<String, @Nullable Object> processes() {
        Processes processes = new Processes(sources.clock());
        Home home = sources.home();
        Map<String, @Nullable Object> out = new LinkedHashMap<>();
        for (ServiceName service : ServiceName.values()) {
            Map<String, @Nullable Object> one = new LinkedHashMap<>();
            try {
                Optional<PidRecord> record = PidRecord.read(home.pidFile(service));
                one.put("pid", record.map(PidRecord::pid).orElse(null));
                one.put("alive", record.filter(processes::alive).isPresent());
            } catch (IOException e) {
                one.put("problem", StagedFiles.reason(e));
            }
            out.put(service.wireName(), one);
        }
        return out;
    }

    /** The build is reproducible: the same sources have the same digests. */
    private Map<String, @Nullable Object> build() {
        Map<String, @Nullable Object> build = new LinkedHashMap<>();
        build.put("version", Version.PRODUCT);
        build.put("contract_version", Version.CONTRACT);
        build.put("java_version", Runtime.version().toString());
        build.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        build.put("arch", System.getProperty("os.arch"));
        build.put("processors", Runtime.getRuntime().availableProcessors());
        build.put("jars", sources.distribution().map(this::jars).orElse(Map.of()));
        return build;
    }

    private Map<String, String> jars(Path distribution) {
        Map<String, String> jars = new LinkedHashMap<>();
        try (Stream<Path> all = Files.list(distribution)) {
            for (Path jar : all.filter(each -> each.toString().endsWith(".jar"))
                    .sorted()
                    .toList()) {
                jars.put(String.valueOf(jar.getFileName()), Sha256.hex(Files.readAllBytes(jar)));
            }
        } catch (IOException e) {
            files.omit("build.json jars", StagedFiles.reason(e));
        }
        return jars;
    }
}
