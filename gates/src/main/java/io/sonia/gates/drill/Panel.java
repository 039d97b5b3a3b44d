package io.sonia.gates.drill;

import io.sonia.gates.drill.Contest.Winner;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Threads;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicLong;
import org.jetbrains.kotlinx.lincheck.verifier.linearizability.LinearizabilityVerifier;
import org.jspecify.annotations.Nullable;

/**
 * Up to 16 deciders who decide one approval after the other, each of these all at once. Of what was approved some is
 * used up, by two executions at once and by one that shows an old fence.
 */
final class Panel {

    private static final int DECIDERS = 16;
    private static final int USED_EVERY = 8;
    private static final Set<String> NOT_LET_IN = Set.of("UNAUTHORIZED", "FORBIDDEN", "RATE_LIMITED");

    private final String name;
    private final Clock clock;
    private final Report report;
    private final Laboratory laboratory;
    private final Restarts restarts;

    /** The highest fence that any panel was told of. */
    private final AtomicLong highestFence;

    private final Random random;
    private final LinearizabilityVerifier checker = History.checker();
    private final List<Line> lines = new ArrayList<>();
    private final List<Line> executions = new ArrayList<>();
    private final List<Random> moods = new ArrayList<>();
    private final List<Contest> batch = new ArrayList<>();
    private final CyclicBarrier start = new CyclicBarrier(DECIDERS, this::beforeRace);
    private final CyclicBarrier end = new CyclicBarrier(DECIDERS, this::afterRace);
    private int current;
    private Runnable disturbance = () -> {};
    private int disturbedAt = -1;
    private long floor;
    private int restartsSeen;
    private int asked;
    private long decided;

    Panel(String name, Laboratory laboratory, Clock clock, Report report, Restarts restarts, Shared shared)
            throws IOException {
        this.name = name;
        this.clock = clock;
        this.report = report;
        this.restarts = restarts;
        this.highestFence = shared.highestFence();
        this.random = new Random(shared.seeds().nextLong());
        for (int i = 0; i < DECIDERS; i++) {
            lines.add(laboratory.operator(ServiceName.EVA_OS));
            moods.add(new Random(random.nextLong()));
        }
        this.laboratory = laboratory;
        connectExecutions();
    }

    /** Each start of EVA-OS gives a service a new token, and an old one ends five minutes later. */
    private void connectExecutions() throws IOException {
        executions.forEach(Line::close);
        executions.clear();
        for (int i = 0; i < 2; i++) {
            executions.add(laboratory.peer(ServiceName.OPENCLAW, ServiceName.EVA_OS));
        }
    }

    /**
     * What all panels have in common.
     *
     * @param highestFence the highest one that any of them was told of
     */
    record Shared(AtomicLong highestFence, Random seeds) {}

    /** How many approvals were decided, by whomever. */
    long decided() {
        return decided;
    }

    /** Has so many approvals asked for. */
    void ask(int count) {
        batch.clear();
        for (int i = 0; i < count; i++) {
            ask();
        }
    }

    private void ask() {
        asked++;
        Map<String, Object> args = Map.of("path", name + "-" + asked + ".txt", "content", "never written");
        Map<String, Object> question =
                Map.of("tool_name", "file.write", "args", args, "context", Map.of("session_id", name));
        long before = highestFence.get();
        try {
            Answer answer = lines.getFirst().send("POST", "/gate-tool-call", null, Json.text(question));
            if (answer.status() == 202) {
                batch.add(new Contest(answer, 2 + random.nextInt(DECIDERS - 1)));
                rising(before, answer.number("data", "fence_token"));
            } else {
                report.fail("a question was not taken: " + answer.body());
            }
        } catch (IOException e) {
            report.fail("a connection broke: " + e);
        }
    }

    /** Whoever was asked for later, by whichever panel, has the higher fence. */
    private void rising(long before, long fence) {
        if (fence <= before) {
            report.fail("fence " + fence + " was given after " + before);
        }
        highestFence.accumulateAndGet(fence, Math::max);
    }

    /** Has one of the coming races disturbed as it begins. */
    void disturb(Runnable by) {
        disturbance = by;
        disturbedAt = random.nextInt(batch.size());
    }

    /** Lets go of connections to an EVA-OS that was killed since they were made, and of the tokens it had issued. */
    void reconnect() {
        if (restartsSeen == restarts.begun()) {
            return;
        }
        restartsSeen = restarts.begun();
        lines.forEach(Line::close);
        try {
            connectExecutions();
        } catch (IOException e) {
            report.fail("the token of an executor cannot be read: " + e);
        }
    }

    /** One race after the other. */
    void decide() throws InterruptedException {
        current = 0;
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
        try {
            for (Contest contest : batch) {
                start.await();
                if (decider < contest.deciders()) {
                    vote(contest, lines.get(decider), moods.get(decider));
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
        String text = Json.text(body);
        long from = clock.nanoTime();
        Answer answer;
        try {
            answer = line.send("POST", "/approve", null, text);
        } catch (IOException lost) {
            report.count("answers lost");
            answer = null;
        }
        contest.told(word, answer, from, clock.nanoTime());
        report.count("decisions sent");
    }

    /** Run by one decider while the others wait. */
    private void beforeRace() {
        floor = highestFence.get();
        if (current == disturbedAt) {
            disturbedAt = -1;
            disturbance.run();
        }
    }

    /** Run by one decider while the others wait: a killed EVA-OS is there again for the next race. */
    private void afterRace() {
        Contest contest = batch.get(current++);
        if (contest.lostAnswers()) {
            if (restarts.begun() == restartsSeen) {
                report.fail(contest.approval() + ": answers were lost and nothing was killed");
            }
            report.count("races met by a kill");
            restarts.await();
            reconnect();
            // Whoever decides now wins, or is told who won although nobody heard of it.
            vote(contest, lines.getFirst(), random);
        }
        report.caseDone();
        contest.faults().forEach(report::fail);
        Winner winner = contest.winner();
        if (winner != null) {
            decided++;
            report.count("won by " + winner.decision());
            rising(floor, winner.fence());
        }
    }

    /** Has some of what was decided used, and checks each history. */
    void use() {
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

    private void use(Contest contest, Winner winner) {
        Answer grant = grant(contest);
        if (grant == null || grant.good() != winner.decision().equals("approved")) {
            report.fail(contest.approval() + " is " + winner.decision() + " and its grant was answered "
                    + (grant == null ? "by nobody" : grant.body()));
            return;
        }
        if (!grant.good()) {
            report.count("grants refused");
            return;
        }
        String id = grant.text("data", "grant_id");
        consume(contest, id, 3, contest.askedFence());
        Thread other = Threads.virtual("use 2", () -> consume(contest, id, 2, winner.fence()));
        consume(contest, id, 1, winner.fence());
        try {
            other.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        consume(contest, id, 1, winner.fence());
    }

    private @Nullable Answer grant(Contest contest) {
        try {
            return lines.getFirst().send("POST", "/v1/approvals/" + contest.approval() + "/grant", null, "{}");
        } catch (IOException e) {
            return null;
        }
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
        try {
            long from = clock.nanoTime();
            Answer answer = executions
                    .get(execution % 2)
                    .send("POST", "/v1/approvals/" + contest.approval() + "/consume", null, Json.text(body));
            if (answer.status() >= 500 || NOT_LET_IN.contains(answer.code())) {
                report.fail("a use was answered " + answer.body());
            }
            if (fence == contest.askedFence()) {
                report.count("stale uses refused");
                if (answer.good()) {
                    report.fail(contest.approval() + " was used with its old fence: " + answer.body());
                }
                return;
            }
            String result = answer.good() ? ApprovalModel.CONSUMED : ApprovalModel.REFUSED;
            contest.history().add(History.Step.consume(execution, result, from, clock.nanoTime()));
            report.count(answer.good() ? "uses" : "uses refused: " + answer.code());
        } catch (IOException e) {
            report.fail("a connection broke: " + e);
        }
    }

    void close() {
        lines.forEach(Line::close);
        executions.forEach(Line::close);
    }
}
