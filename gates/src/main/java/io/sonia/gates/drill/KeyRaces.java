package io.sonia.gates.drill;

import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Threads;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import org.jspecify.annotations.Nullable;

/** Many callers send the same keyed request at the same moment, round after round: one effect and one answer each. */
final class KeyRaces {

    private static final int CALLERS = 64;

    private final Laboratory laboratory;
    private final Report report;
    private final List<Line> lines = new ArrayList<>();
    private final @Nullable Answer[] answers = new Answer[CALLERS];
    private final Map<String, String> given = new HashMap<>();
    private final CyclicBarrier start = new CyclicBarrier(CALLERS);
    private final CyclicBarrier end = new CyclicBarrier(CALLERS, this::judge);
    private int round;

    KeyRaces(Laboratory laboratory, Report report) {
        this.laboratory = laboratory;
        this.report = report;
    }

    /** The service must run; it is stopped at the end, and its store is read from outside. */
    void run(int rounds, Path scratch) throws IOException, InterruptedException, SQLException {
        for (int i = 0; i < CALLERS; i++) {
            lines.add(laboratory.operator(ServiceName.EVA_OS));
        }
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            int caller = i;
            threads.add(Threads.virtual("racer " + i, () -> race(caller, rounds)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        lines.forEach(Line::close);
        laboratory.stop(ServiceName.EVA_OS);
        try (StoreReader store = StoreReader.of(laboratory.home().database(ServiceName.EVA_OS), scratch)) {
            store.problems().forEach(report::fail);
            long effects = store.number(
                    "SELECT count(*) FROM audit_entries WHERE operation = 'task.create' AND outcome = 'OK'");
            long rows = store.number("SELECT count(*) FROM tasks");
            report.add("effects", effects);
            if (effects != rounds || rows != rounds) {
                report.fail(rounds + " rounds made " + effects + " audit entries and " + rows + " tasks");
            }
            if (!store.answers().equals(given)) {
                report.fail("the stored answers are not those that were given");
            }
        }
    }

    private void race(int caller, int rounds) {
        try {
            for (int i = 0; i < rounds; i++) {
                start.await();
                try {
                    answers[caller] = lines.get(caller)
                            .send("POST", "/tasks", "round-" + i, Json.text(Map.of("name", "round-" + i)));
                } catch (IOException e) {
                    answers[caller] = null;
                }
                end.await();
            }
        } catch (InterruptedException | BrokenBarrierException e) {
            report.fail("a racer stopped: " + e);
        }
    }

    /** Run by one racer while the others wait. */
    private void judge() {
        String key = "round-" + round;
        String first = null;
        for (Answer answer : answers) {
            if (answer == null) {
                report.fail(key + ": a connection broke");
            } else if (answer.good()) {
                first = first == null ? answer.data() : first;
                report.count("same answers");
                if (!first.equals(answer.data())) {
                    report.fail(key + " was answered " + first + " and " + answer.data());
                }
            } else if (answer.code().equals("IDEMPOTENCY_IN_PROGRESS")) {
                report.count("409 IDEMPOTENCY_IN_PROGRESS");
            } else {
                report.fail(key + " was refused with " + answer.body());
            }
        }
        if (first == null) {
            report.fail(key + " was answered to nobody");
        } else {
            given.put(key, first);
            forget(Objects.requireNonNull(answers(first)));
        }
        round++;
        report.caseDone();
    }

    private @Nullable Answer answers(String data) {
        for (Answer answer : answers) {
            if (answer != null && answer.good() && answer.data().equals(data)) {
                return answer;
            }
        }
        return null;
    }

    /** EVA-OS keeps ten thousand living tasks. */
    private void forget(Answer created) {
        try {
            Answer gone =
                    lines.getFirst().send("DELETE", "/tasks/" + created.text("data", "task", "task_id"), null, null);
            if (!gone.good()) {
                report.fail("a task could not be deleted: " + gone.body());
            }
        } catch (IOException e) {
            report.fail("a connection broke: " + e);
        }
    }
}
