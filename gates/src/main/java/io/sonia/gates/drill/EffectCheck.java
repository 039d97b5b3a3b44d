package io.sonia.gates.drill;

import io.sonia.gates.drill.Wish.Kind;
import io.sonia.kernel.Home;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Compares the ledger with what a stopped service has on disk: what was acknowledged is there once with its stored
 * answer and its audit entry, and what was not is there as a whole or not at all.
 */
final class EffectCheck {

    private static final String KEYED = "SELECT operation || ' ' || idempotency_key_digest, count(*) FROM audit_entries"
            + " WHERE outcome = 'OK' AND idempotency_key_digest IS NOT NULL GROUP BY 1";
    private static final String PER_RESOURCE =
            "SELECT resource_id, count(*) FROM audit_entries" + " WHERE outcome = 'OK' AND operation = '%s' GROUP BY 1";

    private final Home home;
    private final Path scratch;
    private final Ledger ledger;
    private final Report report;

    EffectCheck(Home home, Path scratch, Ledger ledger, Report report) {
        this.home = home;
        this.scratch = scratch;
        this.ledger = ledger;
        this.report = report;
    }

    void check(ServiceName service) throws IOException, SQLException {
        try (StoreReader store = StoreReader.of(home.database(service), scratch)) {
            store.problems().forEach(each -> report.fail(service + ": " + each));
            report.count("stores read from outside");
            answers(store, service);
            switch (service) {
                case EVA_OS -> evaOs(store);
                case MEMORY_ENGINE -> memory(store);
                case OPENCLAW -> openClaw(store);
                case API_GATEWAY, MODEL_ROUTER, PIPECAT, SOFIIA_CONSOLE -> {
                    // Nothing but answers to compare.
                }
            }
        }
    }

    private List<Wish> wishes(ServiceName service) {
        return ledger.all().stream()
                .filter(each -> each.kind().service() == service && each.kind() != Kind.PERMIT)
                .toList();
    }

    private void answers(StoreReader store, ServiceName service) throws SQLException {
        Map<String, String> stored = store.answers();
        Map<String, Long> audited = store.counts(KEYED);
        for (Wish wish : wishes(service)) {
            String found = stored.get(wish.key());
            long effects = audited.getOrDefault(wish.kind().operation() + " " + digest(wish.key()), 0L);
            Answer answer = wish.answer();
            if (answer != null && !answer.data().equals(found)) {
                report.fail(wish + " was answered " + answer.data() + " and " + service + " has stored " + found);
            }
            // An action is on record before its answer is; a repetition finds it by its id, which comes from the key.
            boolean between = wish.kind() == Kind.ACT && wish.open() && found == null && effects == 1;
            if (between) {
                report.count("killed between an action and its answer");
            } else if (effects != (found == null ? 0 : 1)) {
                report.fail(wish + " has " + effects + " audit entries at " + service + " and "
                        + (found == null ? "no answer" : "an answer") + " is stored");
            }
        }
    }

    private void evaOs(StoreReader store) throws SQLException {
        Map<String, String> stored = store.answers();
        Map<String, Long> names = store.counts("SELECT name, count(*) FROM tasks GROUP BY name");
        for (Wish wish : wishes(ServiceName.EVA_OS)) {
            long expected = stored.containsKey(wish.key()) ? 1 : 0;
            if (wish.kind() == Kind.CREATE && names.getOrDefault(wish.key(), 0L) != expected) {
                report.fail(wish + " made " + names.get(wish.key()) + " tasks and " + expected + " answers");
            }
        }
        Map<String, Long> updates = store.counts(PER_RESOURCE.formatted("task.update"));
        store.counts("SELECT task_id, version FROM tasks").forEach((task, version) -> {
            if (version != 1 + updates.getOrDefault(task, 0L)) {
                report.fail(task + " has version " + version + " after " + updates.get(task) + " updates");
            }
        });
        once(store, "approve");
        once(store, "approval.consume");
        Map<String, Long> decisions = store.counts(PER_RESOURCE.formatted("approve"));
        long decided = store.number("SELECT count(*) FROM approvals WHERE decided_at IS NOT NULL");
        if (decided != decisions.size()) {
            report.fail(decided + " approvals are decided and " + decisions.size() + " decisions were audited");
        }
        long fences = store.number("SELECT value FROM fences WHERE name = 'fence'");
        long used = store.number("SELECT coalesce(max(fence_token), 0) FROM audit_entries");
        if (used > fences) {
            report.fail("fence " + used + " was used and the counter is at " + fences);
        }
    }

    private void memory(StoreReader store) throws SQLException {
        Map<String, String> stored = store.answers();
        Map<String, Long> contents = store.counts("SELECT content, count(*) FROM ledger GROUP BY content");
        for (Wish wish : wishes(ServiceName.MEMORY_ENGINE)) {
            long expected = stored.containsKey(wish.key()) ? 1 : 0;
            if (contents.getOrDefault("drill memory " + wish.key(), 0L) != expected) {
                report.fail(wish + " is there " + contents.get("drill memory " + wish.key()) + " times, expected "
                        + expected);
            }
        }
    }

    private void openClaw(StoreReader store) throws SQLException {
        once(store, "tool.intent");
        once(store, "tool.outcome");
    }

    private void once(StoreReader store, String operation) throws SQLException {
        store.counts(PER_RESOURCE.formatted(operation)).forEach((resource, count) -> {
            if (count != 1) {
                report.fail(resource + " has " + count + " entries of " + operation);
            }
        });
    }

    /** Each line of a caller's file is one effect: as many as its actions say. */
    void file(String name, String written) {
        Map<String, Long> lines = new HashMap<>();
        written.lines().forEach(line -> lines.merge(line, 1L, Long::sum));
        for (Wish wish : ledger.all()) {
            if (wish.kind() == Kind.PERMIT && wish.key().startsWith(name + "-")) {
                long found = lines.getOrDefault(wish.key().replace("-yes", ""), 0L);
                Answer answer = wish.answer();
                String state = answer == null ? wish.refusal() : answer.text("data", "state");
                boolean fits = switch (state) {
                    case "succeeded" -> found == 1;
                    case "failed", "timeout", "outcome_unknown", "OUTCOME_UNKNOWN" -> found <= 1;
                    default -> found == 0;
                };
                if (!fits) {
                    report.fail(wish + " is " + state + " and its line is there " + found + " times");
                }
                report.add("effects in files", found);
            }
        }
    }

    private static String digest(String key) {
        return Sha256.hex(key.getBytes(StandardCharsets.UTF_8));
    }
}
