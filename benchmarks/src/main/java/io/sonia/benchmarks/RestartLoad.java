package io.sonia.benchmarks;

import io.sonia.evaos.EvaOsModule;
import io.sonia.journal.Journal;
import io.sonia.journal.JournalOptions;
import io.sonia.journal.SqliteJournal;
import io.sonia.journal.Tx;
import io.sonia.journal.Work;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Fills the control plane's store with what a long life leaves in it, so that its restarts can be measured. */
final class RestartLoad {

    private static final int BATCH = 500;

    private final Home home;
    private final Clock clock = Clock.system();
    private final Ids ids = new Ids(new SecureRandom());
    private final AuditEvent.Origin origin = new AuditEvent.Origin(
            "usr_2f6a1d3b9c0e4f5a6b7c8d9e", "operator", "person", null, null, ids.next("req_"), ids.hex(16), null);

    RestartLoad(Home home) {
        this.home = home;
    }

    /** One row or entry. */
    private interface Piece {
        void write(Tx tx, Instant now) throws SQLException;
    }

    void tasks(int count) {
        fill(count, (tx, now) -> {
            String task = ids.next("tsk_");
            tx.sql()
                    .update(
                            "INSERT INTO tasks (task_id, name, kind, status, progress, metadata, result, version,"
                                    + " fence_token, owner, created_at, updated_at)"
                                    + " VALUES (?, 'bench', 'manual', 'running', 50, '{}', NULL, 1, 1, ?, ?, ?)",
                            task,
                            origin.actorId(),
                            now,
                            now);
            tx.audit(AuditEvent.of("task.create", origin).about("task", task).detail(Map.of("kind", "manual")));
        });
    }

    void entries(int count) {
        fill(
                count,
                (tx, now) -> tx.audit(AuditEvent.of("task.update", origin)
                        .about("task", "tsk_bench")
                        .detail(Map.of("progress", 50))));
    }

    /** Approvals that were pending when their time passed. */
    void overdueApprovals(int count) {
        fill(
                count,
                (tx, now) -> tx.sql()
                        .update(
                                "INSERT INTO approvals (approval_id, state, tool_name, args, summary, digest, risk_tier, rule_id,"
                                        + " policy_version, requester_id, requester_role, correlation_id, fence_token,"
                                        + " required_approvals, agreements, created_at, expires_at) VALUES (?, 'pending',"
                                        + " 'file.write', '{}', 'write bench.txt', ?, 'guarded_medium', 'bench', 'v1', ?,"
                                        + " 'operator', ?, 1, 1, '[]', ?, ?)",
                                ids.next("apr_"),
                                "0".repeat(64),
                                origin.actorId(),
                                origin.correlationId(),
                                now.minus(Duration.ofHours(2)),
                                now.minus(Duration.ofHours(1))));
    }

    private void fill(int count, Piece piece) {
        try (Journal journal = SqliteJournal.open(
                home.database(ServiceName.EVA_OS),
                ServiceName.EVA_OS,
                EvaOsModule.DEFINITION.migrations(),
                clock,
                new Hlc(clock),
                JournalOptions.of(UnaryOperator.identity(), reason -> {
                    throw new IllegalStateException(reason);
                }))) {
            for (int done = 0; done < count; done += BATCH) {
                int size = Math.min(BATCH, count - done);
                Work<Integer> work = tx -> {
                    for (int i = 0; i < size; i++) {
                        piece.write(tx, clock.now());
                    }
                    return size;
                };
                journal.commit(work);
            }
        }
    }
}
