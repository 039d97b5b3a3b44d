package io.sonia.gates.drill;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Threads;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Rounds of waiting approvals that several panels decide at the same time, so that their commits share syncs. Before some
 * rounds EVA-OS is killed and started again, during others.
 */
final class ApprovalRaces {

    private static final int PANELS = 8;

    /** Approvals that wait for each panel. */
    private static final int BATCH = 24;

    private static final int ROUND = PANELS * BATCH;
    private static final int ROUNDS_PER_KILL = 5;
    private static final int MOST_NANOS = 2_000_000;

    /** What the stack must be set to. */
    static final Map<String, Object> SETTINGS =
            Map.of("approvals", Map.of("max_pending", ROUND, "max_pending_per_session", BATCH));

    private static final String EDGES =
            "audit_entries WHERE fence_token IS NOT NULL AND outcome = 'OK' AND operation IN"
                    + " ('gate', 'approve', 'approval.expire', 'approval.cancel')";

    private final Laboratory laboratory;
    private final Report report;
    private final Random random;
    private final Restarts restarts;
    private final List<Panel> panels = new ArrayList<>();

    ApprovalRaces(Laboratory laboratory, Clock clock, Report report, long seed) throws IOException {
        this.laboratory = laboratory;
        this.report = report;
        this.random = new Random(seed);
        this.restarts = new Restarts(laboratory, clock, report);
        Panel.Shared shared = new Panel.Shared(new AtomicLong(), random);
        for (int i = 0; i < PANELS; i++) {
            panels.add(new Panel("panel-" + i, laboratory, clock, report, restarts, shared));
        }
    }

    /** EVA-OS must run; it is stopped at the end, and its store is read from outside. */
    void run(int races, Path scratch) throws Exception {
        int rounds = Math.ceilDiv(races, ROUND);
        int roundsPerKill = Math.clamp(rounds / 2, 1, ROUNDS_PER_KILL);
        for (int i = 0; i < rounds; i++) {
            int here = Math.min(ROUND, races - i * ROUND);
            each(panel -> panel.ask(Math.ceilDiv(here - panels.indexOf(panel), PANELS)));
            if (i % roundsPerKill == roundsPerKill - 1) {
                // One in two restarts meets races, the other one approvals that only wait.
                kill(i / roundsPerKill % 2 == 0);
            }
            each(Panel::decide);
            restarts.await();
            panels.forEach(Panel::reconnect);
            each(Panel::use);
        }
        panels.forEach(Panel::close);
        laboratory.stop(ServiceName.EVA_OS);
        read(scratch);
    }

    private void kill(boolean whileDeciding) {
        if (whileDeciding) {
            report.count("restarts in races");
            panels.getFirst().disturb(() -> restarts.begin(Duration.ofNanos(random.nextInt(MOST_NANOS))));
        } else {
            report.count("restarts between question and decision");
            restarts.begin(Duration.ZERO);
            restarts.await();
            panels.forEach(Panel::reconnect);
        }
    }

    /** What each panel does at the same time as the others. */
    private interface Part {
        void of(Panel panel) throws InterruptedException;
    }

    private void each(Part part) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (Panel panel : panels) {
            threads.add(Threads.virtual("panel", () -> {
                try {
                    part.of(panel);
                } catch (InterruptedException e) {
                    report.fail("a panel stopped: " + e);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** Each decision and each use is one entry and one row, and in the order of the entries fences only rise. */
    private void read(Path scratch) throws IOException, SQLException {
        try (StoreReader store = StoreReader.of(laboratory.home().database(ServiceName.EVA_OS), scratch)) {
            store.problems().forEach(report::fail);
            long decided = panels.stream().mapToLong(Panel::decided).sum();
            String entries = "SELECT count(*) FROM audit_entries WHERE outcome = 'OK' AND operation = ";
            long decisions = store.number(entries + "'approve'");
            long rows = store.number("SELECT count(*) FROM approvals WHERE decided_at IS NOT NULL");
            if (decisions != decided || rows != decided) {
                report.fail(decided + " races made " + decisions + " entries and " + rows + " decided approvals");
            }
            long consumed = store.number("SELECT count(*) FROM approvals WHERE consumed_at IS NOT NULL");
            if (store.number(entries + "'approval.consume'") != consumed) {
                report.fail("uses and their entries differ");
            }
            report.add("approvals used up", consumed);
            report.add("effects of decisions", rows);
            long falling =
                    store.number("SELECT count(*) FROM (SELECT fence_token, lag(fence_token) OVER (ORDER BY seq) AS"
                            + " earlier FROM " + EDGES + ") WHERE fence_token <= earlier");
            if (falling > 0) {
                report.fail(falling + " edges have a fence that is not above that of the edge before");
            }
        }
    }
}
