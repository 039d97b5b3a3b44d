package io.sonia.openclaw;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.evaos.Circumstances;
import io.sonia.contracts.evaos.ConsumeAnswer;
import io.sonia.contracts.evaos.ConsumeRequest;
import io.sonia.contracts.evaos.EvaluateAnswer;
import io.sonia.contracts.evaos.EvaluateRequest;
import io.sonia.contracts.evaos.Grant;
import io.sonia.contracts.evaos.KillSwitch;
import io.sonia.contracts.evaos.KillSwitchList;
import io.sonia.contracts.evaos.OutcomeAnswer;
import io.sonia.contracts.evaos.OutcomeRequest;
import io.sonia.contracts.evaos.PolicyAnswer;
import io.sonia.contracts.evaos.PolicyQuery;
import io.sonia.contracts.evaos.Verdict;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.identity.Credential;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** The control plane as the executor meets it: a verdict per tool, grants that are used up once, and a list of reports. */
final class FakeEvaOs implements AutoCloseable {

    private static final EvaluateAnswer READS =
            new EvaluateAnswer(Verdict.ALLOW, "reads", RiskTier.SAFE_READ, List.of(), "pol_1", Circumstances.NONE);
    private static final EvaluateAnswer ASKS = new EvaluateAnswer(
            Verdict.CONFIRM, "asks", RiskTier.GUARDED_MEDIUM, List.of(), "pol_1", Circumstances.NONE);

    /** What it was asked, oldest first: {@code policy} and {@code consume}. */
    final List<String> asked = new CopyOnWriteArrayList<>();

    /** Counts down when a grant is to be used up. */
    volatile CountDownLatch arrived = new CountDownLatch(1);

    /** Grants are used up once this is open. */
    volatile CountDownLatch gate = new CountDownLatch(0);

    private final Map<String, EvaluateAnswer> verdicts = new ConcurrentHashMap<>();
    private final Map<String, String> consumed = new ConcurrentHashMap<>();
    private final BlockingQueue<OutcomeRequest> outcomes = new LinkedBlockingQueue<>();
    private final Credential executor;
    private final Path folder;
    /** What is stopped. */
    final List<KillSwitch> stops = new CopyOnWriteArrayList<>();

    /** The policy that is in force. */
    volatile String policyVersion = "pol_1";

    private final Semaphore looks = new Semaphore(0);
    private volatile SoniaException refusal;
    private Neighbour server;
    private final int port;

    FakeEvaOs(Path folder, Credential executor) throws IOException {
        this.folder = folder;
        this.executor = executor;
        this.server = serve(0);
        this.port = server.port();
        for (String tool : List.of("file.read", "file.list", "file.stat", "memory.search")) {
            verdicts.put(tool, READS);
        }
        verdicts.put(
                "memory.store",
                new EvaluateAnswer(
                        Verdict.ALLOW, "lets", RiskTier.GUARDED_LOW, List.of(), "pol_1", Circumstances.NONE));
    }

    private Neighbour serve(int at) throws IOException {
        return new Neighbour(
                ServiceName.EVA_OS,
                at,
                executor,
                folder,
                List.of(
                        Route.of(
                                Operation.POLICY_EVALUATE, EvaluateRequest.class, EvaluateAnswer.class, this::evaluate),
                        Route.of(Operation.KILL_GET, KillSwitchList.class, this::stops),
                        Route.of(Operation.POLICY_GET, PolicyQuery.class, PolicyAnswer.class, this::policy),
                        Route.of(Operation.APPROVAL_CONSUME, ConsumeRequest.class, ConsumeAnswer.class, this::consume),
                        Route.of(
                                Operation.APPROVAL_OUTCOME, OutcomeRequest.class, OutcomeAnswer.class, this::outcome)));
    }

    int port() {
        return port;
    }

    void says(String tool, EvaluateAnswer verdict) {
        verdicts.put(tool, verdict);
    }

    /** From now on no grant can be used up; null ends that. */
    void refuses(SoniaException why) {
        refusal = why;
    }

    /** The execution that has used the grant up; null if none has. */
    String consumer(Grant grant) {
        return consumed.get(grant.grantId());
    }

    /** The next report about how an execution ended; waits for it. */
    OutcomeRequest outcome() throws InterruptedException {
        OutcomeRequest next = outcomes.poll(20, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no outcome was reported");
        }
        return next;
    }

    private Reply evaluate(Call<EvaluateRequest> call) {
        asked.add("policy");
        return Reply.ok(verdicts.getOrDefault(call.input().toolName(), ASKS));
    }

    private Reply policy(Call<PolicyQuery> call) {
        looks.release();
        return Reply.ok(new PolicyAnswer(
                policyVersion,
                "",
                Verdict.CONFIRM,
                Map.of(),
                List.of(),
                List.of(),
                Clock.system().now()));
    }

    private Reply stops(Call<Empty> call) {
        looks.release();
        return Reply.ok(new KillSwitchList(List.copyOf(stops)));
    }

    /** Waits until somebody has asked for the stops or the policy so often from now on. */
    void awaitLooks(int count) throws InterruptedException {
        looks.drainPermits();
        if (!looks.tryAcquire(count, 20, TimeUnit.SECONDS)) {
            throw new AssertionError("nobody asks what is stopped or in force");
        }
    }

    private Reply consume(Call<ConsumeRequest> call) {
        asked.add("consume");
        arrived.countDown();
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (refusal != null) {
            throw refusal;
        }
        String execution = call.input().executionId();
        String first = consumed.putIfAbsent(call.input().grantId(), execution);
        if (first != null && !first.equals(execution)) {
            throw Grant.invalid("consumed");
        }
        return Reply.ok(new ConsumeAnswer(ApprovalState.CONSUMED, Clock.system().now(), execution));
    }

    private Reply outcome(Call<OutcomeRequest> call) {
        outcomes.add(call.input());
        return Reply.ok(new OutcomeAnswer(call.path("approval_id"), call.input().outcome()));
    }

    /** Nobody answers at its address until it is back. */
    void away() {
        server.close();
    }

    void back() throws IOException {
        server = serve(port);
    }

    @Override
    public void close() {
        server.close();
    }
}
