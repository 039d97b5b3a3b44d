package io.sonia.gates.drill;

import io.sonia.gates.drill.Contest.Winner;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Threads;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import org.jetbrains.kotlinx.lincheck.verifier.linearizability.LinearizabilityVerifier;
import org.jspecify.annotations.Nullable;

/**
 * Batches of waiting approvals, each decided by 2 to 16 deciders at once, some of them while EVA-OS is killed. Of what was
 * approved some is used up, by two executions at once and by one that shows an old fence.
 */
final class ApprovalRaces {

    /** As many as EVA-OS lets wait: 8 in each of 6 sessions. */
    private static final int BATCH = 48;

    private static final int SESSIONS = 6;
    private static final int DECIDERS = 16;
    private static final int USED_EVERY = 8;
    private static final int MOST_NANOS = 2_000_000;

    private final Laboratory laboratory;
    private final Clock clock;
    private final Report report;
    private final Random random;
    private final LinearizabilityVerifier checker = History.checker();
    private final List<Line> lines = new ArrayList<>();
    private final List<Random> moods = new ArrayList<>();
    private final List<Contest> batch = new ArrayList<>();
    private final CyclicBarrier start = new CyclicBarrier(DECIDERS);
    private final CyclicBarrier end = new CyclicBarrier(DECIDERS, this::afterRace);
    private int current;
    private int killAt = -1;
    private @Nullable Thread killer;
    private long highestFence;
    private long consumed;
    private long decided;
    private long asked;

    ApprovalRaces(Laboratory laboratory, Clock clock, Report report, long seed) {
        this.laboratory = laboratory;
        this.clock = clock;
        this.report = report;
        this.random = new Random(seed);
        for (int i = 0; i < DECIDERS; i++) {
            moods.add(new Random(random.nextLong()));
        }
    }

    /** EVA-OS must run; it is stopped at the end, and its store is read from outside. */
    void run(int races, int batchesPerKill, Path scratch) throws Exception {
        for (int i = 0; i < DECIDERS; i++) {
            lines.add(laboratory.operator(ServiceName.EVA_OS));
        }
        int batches = Math.ceilDiv(races, BATCH);
        for (int i = 0; i < batches; i++) {
            ask(Math.min(BATCH, races - i * BATCH));
            if (i % batchesPerKill == batchesPerKill - 1) {
                // One in two restarts meets approvals that only wait, the other one a race.
                if (random.nextBoolean()) {
                    report.count("restarts between question and decision");
                    restart();
                } else {
                    killAt = random.nextInt(batch.size());
                }
            }
            decide();
            judge();
            use();
        }
        lines.forEach(Line::close);
        laboratory.stop(ServiceName.EVA_OS);
        read(scratch);
    }

    private void ask(int count) throws IOException {
        batch.clear();
        for (int i = 0; i < count; i++) {
            asked++;
            Map<String, Object> args = Map.of("path", "race-" + asked + ".txt", "content", "never written");
            Answer answer = lines.get(i % DECIDERS)
                    .send(
                            "POST",
                            "/gate-tool-call",
                            null,
                            Json.text(Map.of(
                                    "tool_name",
                                    "file.write",
                                    "args",
                                    args,
                                    "context",
                                    Map.of("session_id", "session-" + i % SESSIONS))));
            if (answer.status() != 202) {
                report.fail("a question was not taken: " + answer.body());
                continue;
            }
            batch.add(new Contest(answer, 2 + random.nextInt(DECIDERS - 1)));
            rising(answer.number("data", "fence_token"));
        }
        current = 0;
    }

    /** Between batches nothing is in flight, so each new fence is above all that were seen. */
    private void rising(long fence) {
        if (fence <= highestFence) {
            report.fail("fence " + fence + " came after " + highestFence);
        }
        highestFence = Math.max(highestFence, fence);
    }

    private void restart() throws Exception {
        laboratory.kill(ServiceName.EVA_OS);
        laboratory.start(ServiceName.EVA_OS);
        lines.forEach(Line::close);
    }

    private void decide() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < DECIDERS; i++) {
            int decider = i;
            threads.add(Threads.virtual("decider " + i, () -> decide(decider)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void decide(int decider) {
        Random mood = moods.get(decider);
        try {
            for (int i = 0; i < batch.size(); i++) {
                Contest contest = batch.get(i);
                start.await();
                if (decider == 0 && i == killAt) {
                    killer = Threads.virtual("killer", this::kill);
                }
                if (decider < contest.deciders()) {
                    vote(contest, lines.get(decider), mood);
                }
                end.await();
            }
        } catch (InterruptedException | BrokenBarrierException e) {
            report.fail("a decider stopped: " + e);
        }
    }

    private void vote(Contest contest, Line line, Random mood) {
        String word = mood.nextBoolean() ? "approved" : "denied";
        Map<String, Object> body = mood.nextBoolean()
                ? Map.of("approval_id", contest.approval(), "decision", word)
                : Map.of("approval_id", contest.approval(), "decision", word, "fence_token", contest.askedFence());
        long from = clock.nanoTime();
        Answer answer;
        try {
            answer = line.send("POST", "/approve", null, Json.text(body));
        } catch (IOException lost) {
            report.count("answers lost");
            answer = null;
        }
        contest.told(word, answer, from, clock.nanoTime());
        report.count("decisions sent");
    }

    private void kill() {
        try {
            clock.sleep(Duration.ofNanos(random.nextInt(MOST_NANOS)));
            laboratory.kill(ServiceName.EVA_OS);
        } catch (Exception e) {
            report.fail("EVA-OS could not be killed: " + e);
        }
    }

    /** Run by one decider while the others wait: a killed EVA-OS is there again for the next race. */
    private void afterRace() {
        int index = current++;
        Thread running = killer;
        if (running != null) {
            killer = null;
            killAt = -1;
            report.count("restarts in a race");
            try {
                running.join();
                laboratory.start(ServiceName.EVA_OS);
            } catch (Exception e) {
                report.fail("EVA-OS did not come back: " + e);
            }
            lines.forEach(Line::close);
            // Whoever decides now wins, or is told who won although nobody heard of it.
            vote(batch.get(index), lines.getFirst(), random);
        }
    }

    /** The races of a batch ran one after the other, so their fences rise in that order. */
    private void judge() {
        for (Contest contest : batch) {
            report.caseDone();
            contest.faults().forEach(report::fail);
            Winner winner = contest.winner();
            if (winner != null) {
                decided++;
                report.count("won by " + winner.decision());
            }
        }
        batch.stream()
                .map(Contest::winner)
                .filter(each -> each != null)
                .mapToLong(Winner::fence)
                .forEach(this::rising);
    }

    /** Has some of what was decided used, and checks each history. */
    private void use() throws Exception {
        for (int i = 0; i < batch.size(); i++) {
            Contest contest = batch.get(i);
            Winner winner = contest.winner();
            if (i % USED_EVERY == 0 && winner != null) {
                use(contest, winner);
            }
            if (!contest.history().linearizable(checker)) {
                report.fail(contest.approval() + " has no order that explains it: "
                        + contest.history().steps());
            }
            report.count("histories checked");
        }
    }

    private void use(Contest contest, Winner winner) throws Exception {
        Answer grant = lines.getFirst().send("POST", "/v1/approvals/" + contest.approval() + "/grant", null, "{}");
        if (grant.good() != winner.decision().equals("approved")) {
            report.fail(
                    contest.approval() + " is " + winner.decision() + " and its grant was answered " + grant.body());
        }
        if (!grant.good()) {
            report.count("grants refused");
            return;
        }
        String id = grant.text("data", "grant_id");
        consume(contest, id, 3, contest.askedFence());
        Thread one = Threads.virtual("use 1", () -> consume(contest, id, 1, winner.fence()));
        Thread other = Threads.virtual("use 2", () -> consume(contest, id, 2, winner.fence()));
        one.join();
        other.join();
        consume(contest, id, 1, winner.fence());
    }

    private void consume(Contest contest, String grant, int execution, long fence) {
        Map<String, Object> body = Map.of(
                "grant_id",
                grant,
                "execution_id",
                contest.approval() + "-" + execution,
                "digest",
                contest.digest(),
                "fence_token",
                fence);
        try (Line line = laboratory.peer(ServiceName.OPENCLAW, ServiceName.EVA_OS)) {
            long from = clock.nanoTime();
            Answer answer =
                    line.send("POST", "/v1/approvals/" + contest.approval() + "/consume", null, Json.text(body));
            String result = answer.good() ? ApprovalModel.CONSUMED : ApprovalModel.REFUSED;
            if (fence == contest.askedFence()) {
                report.count("stale uses refused");
                if (answer.good() || answer.status() >= 500) {
                    report.fail(contest.approval() + " was used with its old fence: " + answer.body());
                }
            } else {
                contest.history().add(History.Step.consume(execution, result, from, clock.nanoTime()));
                count(answer);
            }
        } catch (IOException e) {
            report.fail("a connection broke: " + e);
        }
    }

    private void count(Answer answer) {
        report.count(answer.good() ? "uses" : "uses refused: " + answer.code());
        if (answer.status() >= 500) {
            report.fail("a use was answered " + answer.body());
        }
    }

    /** Each decision and each use is one entry and one row, and no fence was given twice. */
    private void read(Path scratch) throws IOException, SQLException {
        try (StoreReader store = StoreReader.of(laboratory.home().database(ServiceName.EVA_OS), scratch)) {
            store.problems().forEach(report::fail);
            String entries = "SELECT count(*) FROM audit_entries WHERE outcome = 'OK' AND operation = ";
            long decisions = store.number(entries + "'approve'");
            long rows = store.number("SELECT count(*) FROM approvals WHERE decided_at IS NOT NULL");
            if (decisions != decided || rows != decided) {
                report.fail(decided + " races made " + decisions + " entries and " + rows + " decided approvals");
            }
            consumed = store.number("SELECT count(*) FROM approvals WHERE consumed_at IS NOT NULL");
            if (store.number(entries + "'approval.consume'") != consumed) {
                report.fail("uses and their entries differ");
            }
            report.add("approvals used up", consumed);
            report.add("effects of decisions", rows);
            long fences = store.number("SELECT count(fence_token) FROM audit_entries WHERE operation IN"
                    + " ('gate', 'approve', 'approval.expire', 'approval.cancel') AND outcome = 'OK'");
            long distinct = store.number("SELECT count(DISTINCT fence_token) FROM audit_entries WHERE operation IN"
                    + " ('gate', 'approve', 'approval.expire', 'approval.cancel') AND outcome = 'OK'");
            if (fences != distinct) {
                report.fail(fences + " edges have " + distinct + " fences");
            }
        }
    }
}
