package io.sonia.openclaw;

import static io.sonia.openclaw.Workshop.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sonia.contracts.evaos.ExecutionOutcome;
import io.sonia.contracts.evaos.Grant;
import io.sonia.contracts.evaos.KillSwitch;
import io.sonia.contracts.evaos.OutcomeRequest;
import io.sonia.contracts.openclaw.ExecuteAnswer;
import io.sonia.contracts.openclaw.ExecuteRequest;
import io.sonia.contracts.openclaw.Execution;
import io.sonia.contracts.openclaw.ExecutionState;
import io.sonia.contracts.policy.PolicySet;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.StoredReply;
import io.sonia.kernel.json.CanonicalJson;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Calls that are allowed: what runs, how often, and what is known of it afterwards. */
class ExecutionsIT extends WorkshopCase {

    private static final String WRITE = "{'path':'notes.txt','content':'mine'}";
    private static final String STORE = "{'type':'fact','content':'the door is green'}";

    private static final int MOST_ATTEMPTS = 500;

    private ExecuteRequest granted(String tool, String args, String executionId) {
        return request(tool, args, shop.token(shop.grant(tool, args)), executionId);
    }

    private Path notes() {
        return shop.home.workspace().resolve("notes.txt");
    }

    static StoredReply replayed(Reply reply) {
        return ((Reply.Replayed) reply).reply();
    }

    @Test
    void aGrantedCallRunsIsVerifiedAndIsOnRecordBeforeAndAfter() throws Exception {
        Grant grant = shop.grant("file.write", WRITE);
        ExecuteAnswer answer = shop.run(request("file.write", WRITE, shop.token(grant), "exe_1"));
        assertThat(answer.status()).isEqualTo("executed");
        assertThat(notes()).hasContent("mine");
        assertThat(evaOs.consumer(grant)).isEqualTo("exe_1");
        assertThat(shop.recorded()).containsExactly("tool.claim OK", "tool.intent OK", "tool.outcome OK");

        Execution execution = shop.execution("exe_1");
        assertThat(execution.state()).isEqualTo(ExecutionState.SUCCEEDED);
        assertThat(execution.grantId()).isEqualTo(grant.grantId());
        assertThat(execution.actorId()).isEqualTo("olena");
        assertThat(execution.result()).isEqualTo(Json.parseObject(Json.bytes(answer.result())));
        OutcomeRequest report = evaOs.outcome();
        assertThat(report)
                .isEqualTo(new OutcomeRequest(
                        "exe_1", ExecutionOutcome.SUCCEEDED, CanonicalJson.sha256(execution.result())));
    }

    @Test
    void aRepeatedExecutionIdGetsTheStoredAnswerAndRunsNothing() throws IOException {
        ExecuteRequest write = granted("file.write", WRITE, "exe_1");
        ExecuteAnswer first = shop.run(write);
        Files.writeString(notes(), "changed since");

        StoredReply again = replayed(shop.execute(write));
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.data()).isEqualTo(Json.bytes(first));
        assertThat(again.location()).isEqualTo("/executions/exe_1");
        assertThat(notes()).hasContent("changed since");
        assertThat(evaOs.asked).containsExactly("consume");
        assertThat(shop.recorded()).hasSize(3);
    }

    @Test
    void aRepeatedReadGetsWhatWasReadThen() throws IOException {
        Files.writeString(notes(), "then");
        ExecuteRequest read = request("file.read", "{'path':'notes.txt'}", null, "exe_1");
        ExecuteAnswer first = shop.run(read);
        assertThat(shop.recorded()).containsExactly("tool.intent OK", "tool.outcome OK");
        Files.writeString(notes(), "now");
        assertThat(replayed(shop.execute(read)).data()).isEqualTo(Json.bytes(first));
        assertThat(evaOs.asked).containsExactly("policy");
    }

    @Test
    void aRepeatedFailureIsTheSameFailureAndRunsNothing() throws IOException {
        String args = "{'argv':['sh','-c','echo ran >> runs; exit 3']}";
        ExecuteRequest call = granted("shell.run", args, "exe_1");
        SoniaException failure = refused(() -> shop.execute(call), ErrorCode.TOOL_FAILED);
        assertThat(failure.details()).containsEntry("reason", "exit_code").containsEntry("execution_id", "exe_1");

        StoredReply again = replayed(shop.execute(call));
        assertThat(again.status()).isEqualTo(ErrorCode.TOOL_FAILED.httpStatus());
        assertThat(Json.parseObject(again.data())).containsEntry("code", "TOOL_FAILED");
        assertThat(shop.home.workspace().resolve("runs")).hasContent("ran");
        assertThat(shop.execution("exe_1").state()).isEqualTo(ExecutionState.FAILED);
    }

    @Test
    void anExecutionIdBelongsToOneCall() throws IOException {
        shop.run(granted("file.write", WRITE, "exe_1"));
        String other = "{'path':'notes.txt','content':'theirs'}";
        refused(() -> shop.execute(granted("file.write", other, "exe_1")), ErrorCode.CONFLICT);
        refused(() -> shop.execute(request("file.read", "{'path':'notes.txt'}", null, "exe_1")), ErrorCode.CONFLICT);
        assertThat(notes()).hasContent("mine");
        assertThat(shop.count("executions")).isEqualTo(1);
    }

    @Test
    void theAnswerIsStoredUnderTheRequestsKeyWithTheOutcome() {
        IdempotencyKey key = new IdempotencyKey("olena", "POST /execute", "k1", "f1", "own");
        Reply first = shop.execute(granted("file.write", WRITE, null), Map.of(), key);
        StoredReply stored = shop.journal.find(key).orElseThrow();
        assertThat(stored.data()).isEqualTo(Json.bytes(((Reply.Enveloped) first).data()));
        IdempotencyKey failing = new IdempotencyKey("olena", "POST /execute", "k2", "f2", "own");
        refused(
                () -> shop.execute(granted("shell.run", "{'command':'cat none'}", null), Map.of(), failing),
                ErrorCode.TOOL_FAILED);
        assertThat(shop.journal.find(failing).orElseThrow().status()).isEqualTo(422);
    }

    @Test
    void twoCallsWithOneExecutionIdRunOnce() throws Exception {
        memory.gate = new CountDownLatch(1);
        ExecuteRequest store = granted("memory.store", STORE, "exe_1");
        List<Reply> replies = new CopyOnWriteArrayList<>();
        List<Thread> callers = new ArrayList<>();
        callers.add(Threads.virtual("first", () -> replies.add(shop.execute(store))));
        memory.arrived.await();
        callers.add(Threads.virtual("second", () -> replies.add(shop.execute(store))));
        assertThat(shop.execution("exe_1").state()).isEqualTo(ExecutionState.STARTED);
        memory.gate.countDown();
        for (Thread caller : callers) {
            caller.join();
        }
        assertThat(replies).hasSize(2).hasAtLeastOneElementOfType(Reply.Replayed.class);
        assertThat(memory.stored).hasSize(1);
        assertThat(shop.recorded()).containsOnlyOnce("tool.intent OK");
    }

    @Test
    void aResultThatTheCheckDoesNotFindIsAFailure() throws Exception {
        memory.mangled = "the door is blue";
        SoniaException failure =
                refused(() -> shop.execute(granted("memory.store", STORE, "exe_1")), ErrorCode.VERIFICATION_FAILED);
        assertThat(failure.details()).containsKey("checks");
        Execution execution = shop.execution("exe_1");
        assertThat(execution.state()).isEqualTo(ExecutionState.FAILED);
        assertThat(execution.result()).containsKey("id");
        assertThat(execution.verification().failed()).isTrue();
        assertThat(evaOs.outcome().outcome()).isEqualTo(ExecutionOutcome.FAILED);
    }

    @Test
    void whatEvaOsCouldNotBeAskedAboutMayBeTriedAgainUnderTheSameId() throws IOException {
        Grant grant = shop.grant("file.write", WRITE);
        ExecuteRequest write = request("file.write", WRITE, shop.token(grant), "exe_1");
        evaOs.away();
        SoniaException later = refused(() -> shop.execute(write), ErrorCode.UNAVAILABLE);
        assertThat(later.details()).containsEntry("dependency", "eva-os").containsEntry("execution_id", "exe_1");
        assertThat(shop.execution("exe_1").state()).isEqualTo(ExecutionState.CLAIMED);
        assertThat(notes()).doesNotExist();
        refused(() -> shop.cancel("exe_1"), ErrorCode.INVALID_STATE);

        evaOs.back();
        refused(() -> shop.execute(granted("file.write", WRITE, "exe_1")), ErrorCode.CONFLICT);
        assertThat(notes()).doesNotExist();
        shop.run(write);
        assertThat(notes()).hasContent("mine");
        assertThat(evaOs.consumer(grant)).isEqualTo("exe_1");
        assertThat(shop.recorded())
                .containsSubsequence("tool.claim OK", "tool.defer UNAVAILABLE", "tool.intent OK", "tool.outcome OK");
    }

    @Test
    void cancellingEndsTheProcessAndIsTheOutcome() throws Exception {
        Running running = new Running("exe_1");
        long pid = running.awaitPid();
        assertThat(shop.execution("exe_1").state()).isEqualTo(ExecutionState.STARTED);

        Execution cancelled = shop.cancel("exe_1");
        assertThat(cancelled.state()).isEqualTo(ExecutionState.CANCELLED);
        assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
        assertThat(running.failure().details()).containsEntry("reason", "cancelled");
        assertThat(evaOs.outcome().outcome()).isEqualTo(ExecutionOutcome.FAILED);
        assertThat(shop.recorded()).endsWith("tool.outcome TOOL_FAILED", "exec.cancel OK");

        assertThat(refused(() -> shop.cancel("exe_1"), ErrorCode.INVALID_STATE).details())
                .containsEntry("state", "cancelled");
        refused(() -> shop.cancel("exe_none"), ErrorCode.NOT_FOUND);
    }

    @Test
    void aHostIsListedOnceThePolicyThatListsItIsInForce() throws Exception {
        String fetch = "{'url':'http://127.0.0.1:1/'}";
        Path listed = shop.home.policies().resolve("network_allowlist.json");
        Files.writeString(
                listed,
                Files.readString(listed)
                        .replace(
                                "[]",
                                "[{\"host\":\"127.0.0.1\",\"port\":1,\"scheme\":\"http\",\"allow_private\":true}]"));
        evaOs.awaitLooks(2);
        refused(() -> shop.execute(granted("web.fetch", fetch, "exe_1")), ErrorCode.URL_DENIED);
        shop.restart();
        refused(() -> shop.execute(granted("web.fetch", fetch, "exe_2")), ErrorCode.URL_DENIED);

        evaOs.policyVersion = PolicySet.load(shop.home.policies()).version();
        evaOs.awaitLooks(1);

        // Taken over once the answer to that look has been read.
        ErrorCode met = ErrorCode.URL_DENIED;
        for (int attempt = 0; met == ErrorCode.URL_DENIED && attempt < MOST_ATTEMPTS; attempt++) {
            ExecuteRequest call = granted("web.fetch", fetch, "exe_again_" + attempt);
            met = catchThrowableOfType(SoniaException.class, () -> shop.execute(call))
                    .code();
        }
        assertThat(met).isEqualTo(ErrorCode.TOOL_FAILED);
    }

    @Test
    void aKillSwitchEndsWhatRunsAndNothingElse() throws Exception {
        Running running = new Running("exe_1");
        long pid = running.awaitPid();
        evaOs.stops.add(stop(KillSwitch.Scope.SESSION, "ses_2"));
        evaOs.stops.add(stop(KillSwitch.Scope.TOOL, "file.write"));
        evaOs.awaitLooks(2);
        assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isPresent();

        evaOs.stops.add(stop(KillSwitch.Scope.ALL, null));

        assertThat(running.failure().details()).containsEntry("reason", "cancelled");
        assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
        assertThat(shop.execution("exe_1").state()).isEqualTo(ExecutionState.CANCELLED);
    }

    private static KillSwitch stop(KillSwitch.Scope scope, String target) {
        return new KillSwitch(scope, target, true, "enough", "usr_1", Instant.EPOCH);
    }

    @Test
    void aGrantThatEvaOsWillNotSeeUsedBecauseOfAStopRunsNothing() {
        evaOs.refuses(SoniaException.of(ErrorCode.POLICY_DENIED).with("rule_id", "kill_switch:all"));
        SoniaException refusal = refused(
                () -> shop.execute(granted("file.write", "{'path':'a.txt','content':'x'}", "exe_1")),
                ErrorCode.POLICY_DENIED);
        assertThat(refusal.details()).containsEntry("rule_id", "kill_switch:all");
        assertThat(shop.home.workspace().resolve("a.txt")).doesNotExist();
        assertThat(shop.execution("exe_1").state()).isEqualTo(ExecutionState.FAILED);
    }

    @Test
    void stoppingTheExecutorEndsWhatRuns() throws Exception {
        Running running = new Running("exe_1");
        long pid = running.awaitPid();
        shop.stop();
        running.failure();
        assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
        shop.restart();
        assertThat(shop.execution("exe_1").state()).isEqualTo(ExecutionState.CANCELLED);
    }

    /** A command that goes on until somebody ends it. */
    private final class Running {

        private final List<SoniaException> failures = new CopyOnWriteArrayList<>();
        private final Thread caller;

        Running(String executionId) {
            ExecuteRequest call = granted("shell.run", Workshop.ENDLESS, executionId);
            caller = Threads.virtual(
                    "caller", () -> failures.add(refused(() -> shop.execute(call), ErrorCode.TOOL_FAILED)));
        }

        /** The process, once it runs. */
        long awaitPid() {
            return Long.parseLong(Workshop.awaitText(shop.home.workspace().resolve("pid")));
        }

        SoniaException failure() throws InterruptedException {
            assertThat(caller.join(Duration.ofSeconds(20))).isTrue();
            return failures.getFirst();
        }
    }
}
