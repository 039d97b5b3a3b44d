package io.sonia.openclaw;

import static io.sonia.openclaw.Workshop.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.evaos.ExecutionOutcome;
import io.sonia.contracts.evaos.Grant;
import io.sonia.contracts.openclaw.ExecuteRequest;
import io.sonia.contracts.openclaw.ExecutionState;
import io.sonia.contracts.openclaw.ReconcileRequest;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.StoredReply;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Kills the executor's process in the middle of a call and starts it again on the same store. */
class ExecutionCrashIT extends WorkshopCase {

    private static final String WRITE = "{'path':'notes.txt','content':'mine'}";

    /** Has another process work on the call; the store is that process's until it is killed. */
    private Process elsewhere(ExecuteRequest call) throws IOException {
        shop.close();
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                CrashingExecutor.class.getName(),
                folder.toString(),
                Integer.toString(evaOs.port()),
                Integer.toString(memory.port()),
                executor.text(),
                Json.text(call));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("executor.out").toFile())
                .start();
    }

    private void killed(Process process) throws Exception {
        assertThat(process.isAlive())
                .as(Files.readString(folder.resolve("executor.out")))
                .isTrue();
        process.destroyForcibly();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        shop = openShop();
        assertThat(shop.journal.chain().verify(null, null).valid()).isTrue();
    }

    @Test
    void aCommandThatRanWhenTheProcessDiedHasAnUnknownOutcomeAndNeverRunsAgain() throws Exception {
        ExecuteRequest call =
                request("shell.run", Workshop.ENDLESS, shop.token(shop.grant("shell.run", Workshop.ENDLESS)), "exe_1");
        Path pidFile = shop.home.workspace().resolve("pid");
        Process process = elsewhere(call);
        long pid = Long.parseLong(Workshop.awaitText(pidFile));
        killed(process);
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        Files.delete(pidFile);

        assertThat(shop.execution("exe_1").state()).isEqualTo(ExecutionState.OUTCOME_UNKNOWN);
        assertThat(evaOs.outcome().outcome()).isEqualTo(ExecutionOutcome.OUTCOME_UNKNOWN);
        StoredReply repeated = ExecutionsIT.replayed(shop.execute(call));
        assertThat(Json.parseObject(repeated.data())).containsEntry("code", "OUTCOME_UNKNOWN");
        assertThat(pidFile).doesNotExist();
        assertThat(evaOs.asked).containsExactly("consume");

        shop.reconcile("exe_1", new ReconcileRequest(false, ReconcileRequest.Verdict.FAILED, "it was cut short"));
        repeated = ExecutionsIT.replayed(shop.execute(call));
        assertThat(repeated.status()).isEqualTo(ErrorCode.TOOL_FAILED.httpStatus());
        assertThat(shop.recorded())
                .containsExactly(
                        "tool.claim OK", "tool.intent OK", "tool.outcome OUTCOME_UNKNOWN", "exec.reconcile OK");
    }

    @Test
    void aCallThatWasOnlyClaimedStartsAgainUnderItsIdAndRunsOnce() throws Exception {
        Grant grant = shop.grant("file.write", WRITE);
        ExecuteRequest call = request("file.write", WRITE, shop.token(grant), "exe_1");
        evaOs.gate = new CountDownLatch(1);
        Process process = elsewhere(call);
        assertThat(evaOs.arrived.await(30, TimeUnit.SECONDS)).isTrue();
        killed(process);
        evaOs.gate.countDown();

        assertThat(shop.execution("exe_1").state()).isEqualTo(ExecutionState.CLAIMED);
        assertThat(shop.home.workspace().resolve("notes.txt")).doesNotExist();
        shop.run(call);
        assertThat(shop.home.workspace().resolve("notes.txt")).hasContent("mine");
        assertThat(evaOs.consumer(grant)).isEqualTo("exe_1");
        assertThat(shop.recorded()).containsExactly("tool.claim OK", "tool.intent OK", "tool.outcome OK");
    }

    @Test
    void aKeyedCallWithoutAnIdThatDiedIsGoneOnWithAndNeverRunsAgain() throws Exception {
        ExecuteRequest call =
                request("shell.run", Workshop.ENDLESS, shop.token(shop.grant("shell.run", Workshop.ENDLESS)), null);
        Path pidFile = shop.home.workspace().resolve("pid");
        Process process = elsewhere(call);
        long pid = Long.parseLong(Workshop.awaitText(pidFile));
        killed(process);
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        Files.delete(pidFile);

        IdempotencyKey next = new IdempotencyKey(Workshop.OLENA.principal(), "POST /execute", "k1", "f1", "next");
        String begun = shop.journal.takeOver(next).orElseThrow();
        StoredReply repeated = ExecutionsIT.replayed(shop.resume(call, next, begun));
        assertThat(Json.parseObject(repeated.data())).containsEntry("code", "OUTCOME_UNKNOWN");
        assertThat(shop.journal.find(next)).isEmpty();
        assertThat(pidFile).doesNotExist();
        assertThat(shop.count("executions")).isEqualTo(1);

        shop.reconcile(begun, new ReconcileRequest(false, ReconcileRequest.Verdict.FAILED, "it was cut short"));
        repeated = ExecutionsIT.replayed(shop.resume(call, next, begun));
        assertThat(repeated.status()).isEqualTo(ErrorCode.TOOL_FAILED.httpStatus());
        assertThat(shop.journal.find(next)).isPresent();
    }

    @Test
    void whatWasAnsweredBeforeTheProcessDiedIsAnsweredAgain() throws Exception {
        Grant grant = shop.grant("memory.store", "{'type':'fact','content':'x'}");
        ExecuteRequest call = request("memory.store", "{'type':'fact','content':'x'}", shop.token(grant), "exe_1");
        Process process = elsewhere(call);
        evaOs.outcome(); // it is reported after it is recorded
        killed(process);
        StoredReply repeated = ExecutionsIT.replayed(shop.execute(call));
        assertThat(repeated.status()).isEqualTo(200);
        assertThat(memory.stored).hasSize(1);
    }
}
