package io.sonia.gateway;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.evaos.ApprovalWait;
import io.sonia.contracts.evaos.ApproveAnswer;
import io.sonia.contracts.evaos.ApproveRequest;
import io.sonia.contracts.evaos.Circumstances;
import io.sonia.contracts.evaos.EvaluateAnswer;
import io.sonia.contracts.evaos.EvaluateRequest;
import io.sonia.contracts.evaos.GateAnswer;
import io.sonia.contracts.evaos.GateRequest;
import io.sonia.contracts.evaos.GateStatus;
import io.sonia.contracts.evaos.GrantAnswer;
import io.sonia.contracts.evaos.Verdict;
import io.sonia.contracts.memory.HistoryAppend;
import io.sonia.contracts.memory.HistoryStored;
import io.sonia.contracts.memory.SearchAnswer;
import io.sonia.contracts.memory.SearchHit;
import io.sonia.contracts.memory.SearchMode;
import io.sonia.contracts.memory.SearchRequest;
import io.sonia.contracts.memory.StoreAnswer;
import io.sonia.contracts.memory.StoreRequest;
import io.sonia.contracts.openclaw.CancelRequest;
import io.sonia.contracts.openclaw.CheckAnswer;
import io.sonia.contracts.openclaw.CheckRequest;
import io.sonia.contracts.openclaw.ExecuteAnswer;
import io.sonia.contracts.openclaw.ExecuteRequest;
import io.sonia.contracts.openclaw.Execution;
import io.sonia.contracts.openclaw.ExecutionState;
import io.sonia.contracts.openclaw.ExecutionWait;
import io.sonia.contracts.openclaw.ReconcileRequest;
import io.sonia.contracts.openclaw.ToolFilter;
import io.sonia.contracts.openclaw.ToolList;
import io.sonia.contracts.openclaw.Verification;
import io.sonia.contracts.router.ChatAnswer;
import io.sonia.contracts.router.ChatCancel;
import io.sonia.contracts.router.ChatEvent;
import io.sonia.contracts.router.ChatRequest;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.EventStream;
import io.sonia.kernel.http.Handler;
import io.sonia.kernel.http.KeyRecord;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.http.ServiceServer;
import io.sonia.kernel.json.Violations;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * The services behind the gateway as a test scripts them, served over HTTP on one free port: a memory, a model that
 * answers as told, a gate with one tool for each verdict, and an executor that runs a call once for each execution id.
 */
final class Behind implements AutoCloseable {

    static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");

    /** Allowed by itself, without a grant. */
    static final String HARMLESS = "file.list";
    /** Allowed by itself, with a grant. */
    static final String GRANTED = "shell.run";
    /** Waits for a person. */
    static final String CONFIRMED = "file.write";
    /** Denied by policy. */
    static final String FORBIDDEN = "web.fetch";

    /** A call as it came in. */
    record Seen(Operation operation, Record input, String idempotencyKey) {}

    private final List<Seen> seen = new CopyOnWriteArrayList<>();
    private final List<Hold> holds = new CopyOnWriteArrayList<>();
    private final Map<Operation, BlockingQueue<Handler<Record>>> interceptions = new ConcurrentHashMap<>();
    private final BlockingQueue<Function<ChatRequest, ChatAnswer>> script = new LinkedBlockingQueue<>();
    private final Map<String, ApprovalDesk> approvals = new ConcurrentHashMap<>();
    private final BlockingQueue<String> askedFor = new LinkedBlockingQueue<>();
    private final Map<String, Execution> executions = new ConcurrentHashMap<>();
    private final List<String> ran = new CopyOnWriteArrayList<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private final ServiceServer server;
    /** What a version of the policy says of every call. */
    final Map<String, Verdict> verdicts = new ConcurrentHashMap<>();

    volatile List<SearchHit> memories = List.of();

    Behind(Served.Ground ground) {
        server = Served.start(ServiceName.OPENCLAW, ground, event -> {}, key -> new KeyRecord.Absent(false), routes());
    }

    int port() {
        return server.port();
    }

    /** The model's next answer. */
    void model(Function<ChatRequest, ChatAnswer> answer) {
        script.add(answer);
    }

    /** The model's next answer asks for tools. */
    void modelAsks(io.sonia.contracts.router.ToolCall... calls) {
        model(request -> Answers.asking(List.of(calls)));
    }

    void modelSays(String text) {
        model(request -> Answers.text(text));
    }

    /** The next call of the operation fails. */
    void fail(Operation operation, SoniaException failure) {
        intercept(operation, call -> {
            throw failure;
        });
    }

    /** The next call of the operation stops before anything is done for it. */
    Hold holdBefore(Operation operation) {
        Hold hold = hold();
        intercept(operation, call -> {
            hold.stop();
            return null;
        });
        return hold;
    }

    /** The next execution stops when it is done and not answered yet. */
    Hold holdAnswer() {
        Hold hold = hold();
        intercept(Operation.EXECUTE, call -> {
            Reply reply = Reply.ok(execute((ExecuteRequest) call.input()));
            hold.stop();
            return reply;
        });
        return hold;
    }

    /** The next execution goes on until somebody cancels it; its record says how far it came. */
    Hold runUntilCancelled() {
        Hold hold = hold();
        intercept(Operation.EXECUTE, call -> {
            hold.stop();
            throw SoniaException.of(ErrorCode.TOOL_FAILED, "The run was cancelled")
                    .with("reason", "cancelled")
                    .with("execution_id", ((ExecuteRequest) call.input()).executionId());
        });
        intercept(Operation.EXECUTION_CANCEL, call -> {
            recorded(call.path("execution_id"), ExecutionState.CANCELLED);
            hold.release();
            return null;
        });
        return hold;
    }

    /** The id of the next approval that is asked for. */
    String awaitApproval() throws InterruptedException {
        String approvalId = askedFor.poll(20, TimeUnit.SECONDS);
        if (approvalId == null) {
            throw new AssertionError("expected a call that needs a person, met none");
        }
        return approvalId;
    }

    void decide(String approvalId, ApprovalState decision) {
        approvals.get(approvalId).decide(decision);
    }

    /** Somebody changes the arguments of a call that waits; the new approval's id comes back. */
    String amend(String approvalId, Map<String, Object> args) {
        Approval asked = approvals.get(approvalId).await(0);
        GateRequest.CallContext context = new GateRequest.CallContext(
                asked.sessionId(), asked.turnId(), asked.actionId(), asked.summary(), asked.tainted());
        Approval changed = Answers.approval(
                "apr_" + numbers.incrementAndGet(),
                new GateRequest(asked.toolName(), args, null, null, context, false));
        approvals.put(changed.approvalId(), new ApprovalDesk(changed));
        approvals.get(approvalId).supersede(changed.approvalId());
        return changed.approvalId();
    }

    /** What the executor's record says of a run from now on. */
    void recorded(String executionId, ExecutionState state) {
        executions.put(executionId, Answers.execution(executionId, state));
    }

    void recorded(Execution execution) {
        executions.put(execution.executionId(), execution);
    }

    /** The executor has never heard of the run. */
    void forgotten(String executionId) {
        executions.remove(executionId);
    }

    /** How often anybody was asked for anything. */
    int count() {
        return seen.size();
    }

    int count(Operation operation) {
        return (int) seen.stream().filter(each -> each.operation() == operation).count();
    }

    List<Seen> seen(Operation operation) {
        return seen.stream().filter(each -> each.operation() == operation).toList();
    }

    <I> List<I> inputs(Operation operation, Class<I> type) {
        return seen(operation).stream().map(each -> type.cast(each.input())).toList();
    }

    /** What the model was asked, oldest first. */
    List<ChatRequest> asked() {
        return inputs(Operation.MODEL_CHAT, ChatRequest.class);
    }

    /** The tools that ran, once for each run. */
    List<String> ran() {
        return List.copyOf(ran);
    }

    private List<Route<?>> routes() {
        List<Route<?>> routes = new ArrayList<>();
        routes.add(route(Operation.MEMORY_SEARCH, SearchRequest.class, SearchAnswer.class, this::search));
        routes.add(route(Operation.MEMORY_STORE, StoreRequest.class, StoreAnswer.class, this::store));
        routes.add(route(Operation.HISTORY_APPEND, HistoryAppend.class, HistoryStored.class, Answers::kept));
        routes.add(route(Operation.MODEL_CHAT, ChatRequest.class, ChatAnswer.class, this::chat));
        routes.add(route(Operation.GATE, GateRequest.class, GateAnswer.class, this::gate));
        routes.add(route(Operation.POLICY_EVALUATE, EvaluateRequest.class, EvaluateAnswer.class, this::evaluate));
        routes.add(route(
                Operation.APPROVAL_GET,
                ApprovalWait.class,
                Approval.class,
                call -> Reply.ok(desk(call).await(call.input().waitMs()))));
        routes.add(route(Operation.APPROVE, ApproveRequest.class, ApproveAnswer.class, this::approve));
        routes.add(route(
                Operation.APPROVAL_GRANT,
                io.sonia.kernel.http.Empty.class,
                GrantAnswer.class,
                call -> Reply.ok(new GrantAnswer("sgr_decided", "gnt_1", 2, TIME.plusSeconds(60)))));
        routes.add(route(
                Operation.APPROVAL_CANCEL,
                io.sonia.contracts.evaos.CancelRequest.class,
                Approval.class,
                this::withdraw));
        routes.add(route(Operation.TOOL_LIST, ToolFilter.class, ToolList.class, call -> Reply.ok(Answers.tools())));
        routes.add(route(
                Operation.EXECUTE_CHECK,
                CheckRequest.class,
                CheckAnswer.class,
                call -> Reply.ok(Answers.checked(tier(call.input().toolName())))));
        routes.add(route(
                Operation.EXECUTE, ExecuteRequest.class, ExecuteAnswer.class, call -> Reply.ok(execute(call.input()))));
        routes.add(route(
                Operation.EXECUTION_GET,
                ExecutionWait.class,
                Execution.class,
                call -> Reply.ok(execution(call.path("execution_id")))));
        routes.add(route(
                Operation.EXECUTION_CANCEL,
                CancelRequest.class,
                Execution.class,
                call -> Reply.ok(execution(call.path("execution_id")))));
        routes.add(route(Operation.EXECUTION_RECONCILE, ReconcileRequest.class, Execution.class, this::reconcile));
        routes.addAll(ModelsBehind.routes());
        routes.add(route(Operation.MODEL_CANCEL, ChatCancel.class, ChatCancel.Cancelled.class, ModelsBehind::cancel));
        return routes;
    }

    /** As the executor does: only what is unknown, by somebody's word or by a look, which finds the effect. */
    private Reply reconcile(Call<ReconcileRequest> call) {
        String executionId = call.path("execution_id");
        if (execution(executionId).state() != ExecutionState.OUTCOME_UNKNOWN) {
            throw SoniaException.of(ErrorCode.INVALID_STATE);
        }
        boolean failed = call.input().verdict() == ReconcileRequest.Verdict.FAILED;
        recorded(executionId, failed ? ExecutionState.FAILED : ExecutionState.SUCCEEDED);
        return Reply.ok(execution(executionId));
    }

    private <I extends Record> Route<I> route(
            Operation operation, Class<I> input, Class<? extends Record> output, Handler<I> handler) {
        return Route.of(operation, input, output, call -> {
            String key =
                    call.idempotencyKey() == null ? null : call.idempotencyKey().key();
            seen.add(new Seen(operation, call.input(), key));
            Handler<Record> first = queue(operation).poll();
            Reply reply = first == null ? null : first.handle(plain(call));
            return reply == null ? handler.handle(call) : reply;
        });
    }

    private static Call<Record> plain(Call<? extends Record> call) {
        return new Call<>(
                call.operation(),
                call.input(),
                call.path(),
                call.headers(),
                call.context(),
                call.idempotencyKey(),
                call.wantsEvents(),
                call.begun());
    }

    /** Does this with the next call of the operation; null goes on as usual. */
    void intercept(Operation operation, Handler<Record> first) {
        queue(operation).add(first);
    }

    private BlockingQueue<Handler<Record>> queue(Operation operation) {
        return interceptions.computeIfAbsent(operation, made -> new LinkedBlockingQueue<>());
    }

    private Hold hold() {
        Hold hold = new Hold();
        holds.add(hold);
        return hold;
    }

    private Reply search(Call<SearchRequest> call) {
        List<SearchHit> found = memories;
        return Reply.ok(new SearchAnswer(
                call.input().query(), found, found.size(), SearchMode.HYBRID, false, null, null, false, null));
    }

    private Reply store(Call<StoreRequest> call) {
        return Reply.ok(
                Answers.stored("mem_" + numbers.incrementAndGet(), call.input().type()));
    }

    private Reply chat(Call<ChatRequest> call) {
        Function<ChatRequest, ChatAnswer> next = script.poll();
        Function<ChatRequest, ChatAnswer> model = next == null
                ? request ->
                        Answers.text("heard: " + request.messages().getLast().text())
                : next;
        if (!call.wantsEvents()) {
            return Reply.ok(model.apply(call.input()));
        }
        return new Reply.Events(stream -> streamed(model, call.input(), stream));
    }

    private static void streamed(Function<ChatRequest, ChatAnswer> model, ChatRequest request, EventStream stream) {
        try {
            ChatAnswer answer = model.apply(request);
            int half = answer.response().length() / 2;
            if (half > 0) {
                stream.send(
                        ChatEvent.DELTA,
                        new ChatEvent.Delta(0, answer.response().substring(0, half)));
                stream.send(
                        ChatEvent.DELTA,
                        new ChatEvent.Delta(1, answer.response().substring(half)));
            }
            stream.send(ChatEvent.FINAL, answer);
        } catch (SoniaException e) {
            stream.send(ChatEvent.ERROR, ChatEvent.Failed.of(e));
        }
        stream.send(ChatEvent.DONE, new ChatEvent.Done());
    }

    private Reply gate(Call<GateRequest> call) {
        GateRequest request = call.input();
        return switch (request.toolName()) {
            case HARMLESS -> Reply.ok(decision(request, GateStatus.APPROVED, Verdict.ALLOW, null, null));
            case GRANTED -> Reply.ok(decision(request, GateStatus.APPROVED, Verdict.ALLOW, "sgr_policy", null));
            case CONFIRMED -> {
                Approval approval = Answers.approval("apr_" + numbers.incrementAndGet(), request);
                approvals.put(approval.approvalId(), new ApprovalDesk(approval));
                askedFor.add(approval.approvalId());
                yield Reply.accepted(decision(request, GateStatus.APPROVAL_REQUIRED, Verdict.CONFIRM, null, approval));
            }
            default -> Reply.ok(decision(request, GateStatus.DENIED, Verdict.DENY, null, null));
        };
    }

    /** As at the gate; a version of its own says the same of every call. */
    private Reply evaluate(Call<EvaluateRequest> call) {
        EvaluateRequest request = call.input();
        String version = String.valueOf(request.version());
        Verdict verdict = verdicts.getOrDefault(version, verdict(request.toolName()));
        String rule = verdicts.containsKey(version) ? "rule_" + version : "rule_" + request.toolName();
        return Reply.ok(new EvaluateAnswer(
                verdict, rule, tier(request.toolName()), List.of(), version, request.circumstances()));
    }

    private static Verdict verdict(String tool) {
        return switch (tool) {
            case HARMLESS, GRANTED -> Verdict.ALLOW;
            case CONFIRMED -> Verdict.CONFIRM;
            default -> Verdict.DENY;
        };
    }

    private static GateAnswer decision(
            GateRequest request, GateStatus status, Verdict verdict, String token, Approval approval) {
        return new GateAnswer(
                status,
                verdict,
                "rule_" + request.toolName(),
                List.of(),
                tier(request.toolName()),
                "pol_1",
                "digest",
                1L,
                token,
                approval,
                new Circumstances(
                        request.context().sessionId(), request.context().tainted(), Instant.EPOCH, Map.of()));
    }

    static RiskTier tier(String tool) {
        return switch (tool) {
            case HARMLESS -> RiskTier.SAFE_READ;
            case CONFIRMED -> RiskTier.GUARDED_MEDIUM;
            default -> RiskTier.GUARDED_HIGH;
        };
    }

    private Reply approve(Call<ApproveRequest> call) {
        Approval after = approvals
                .get(call.input().approvalId())
                .decide(ApprovalState.valueOf(call.input().decision().name()));
        return Reply.ok(new ApproveAnswer(after, after.state(), after.fenceToken()));
    }

    /** As the control plane does: only with the current fence. */
    private Reply withdraw(Call<io.sonia.contracts.evaos.CancelRequest> call) {
        Long fence = call.fence(call.input().fenceToken());
        long current = desk(call).await(0).fenceToken();
        if (fence == null) {
            throw Violations.single("fence_token", "required", "expected a value, met none");
        }
        if (fence != current) {
            throw SoniaException.of(ErrorCode.STALE_FENCE).with("current_fence", current);
        }
        return Reply.ok(desk(call).decide(ApprovalState.CANCELLED));
    }

    private ApprovalDesk desk(Call<?> call) {
        ApprovalDesk desk = approvals.get(call.path("approval_id"));
        if (desk == null) {
            throw SoniaException.of(ErrorCode.NOT_FOUND);
        }
        return desk;
    }

    private ExecuteAnswer execute(ExecuteRequest request) {
        boolean needsGrant = tier(request.toolName()) != RiskTier.SAFE_READ;
        if (needsGrant && request.approvalToken() == null) {
            throw SoniaException.of(ErrorCode.POLICY_DENIED);
        }
        String executionId = String.valueOf(request.executionId());
        Execution before =
                executions.putIfAbsent(executionId, Answers.execution(executionId, ExecutionState.SUCCEEDED));
        if (before == null) {
            ran.add(request.toolName());
        }
        return new ExecuteAnswer(
                "executed",
                request.toolName(),
                executionId,
                Answers.RESULT,
                List.of(),
                Verification.NOT_APPLICABLE,
                TIME,
                TIME,
                1);
    }

    private Execution execution(String executionId) {
        Execution execution = executions.get(executionId);
        if (execution == null) {
            throw SoniaException.of(ErrorCode.NOT_FOUND);
        }
        return execution;
    }

    @Override
    public void close() {
        holds.forEach(Hold::drop);
        approvals.values().forEach(ApprovalDesk::close);
        server.close();
    }
}
