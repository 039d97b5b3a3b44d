package io.sonia.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.router.BackendList;
import io.sonia.contracts.router.ChatAnswer;
import io.sonia.contracts.router.ChatCancel;
import io.sonia.contracts.router.ChatEvent;
import io.sonia.contracts.router.ChatRequest;
import io.sonia.contracts.router.FinishReason;
import io.sonia.contracts.router.RouteDecision;
import io.sonia.contracts.router.UsageReport;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.EventSource;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import io.sonia.kernel.http.ServerEvent;
import io.sonia.kernel.json.Shape;
import io.sonia.testkit.FakeAnswer;
import io.sonia.testkit.FakeModel;
import io.sonia.testkit.FakeOpenAi;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Model calls that nobody wants any more; the fake provider sees its connection close. */
@Timeout(60)
class CancellationsIT {

    private static final int LOOKS = 2_000;
    private static final Duration SOON = Duration.ofSeconds(5);

    /** Shorter than the silence after which a stream is tried by itself. */
    private static final Duration AT_ONCE = Duration.ofMillis(900);

    @TempDir
    Path folder;

    private final FakeOpenAi lab = FakeOpenAi.start(FakeModel.of("m"));
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private ServedRouter router;

    @BeforeEach
    void open() throws IOException {
        router = new ServedRouter(folder, "{'providers': {'lab': {'base_url': '" + lab.baseUrl() + "'}}}");
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        router.close();
        lab.close();
    }

    private Peer.Request chat(String token) {
        ChatRequest request = House.asking("hi");
        return router.call(Operation.MODEL_CHAT).body(token == null ? request : request.cancellable(token));
    }

    private ChatCancel.Cancelled cancel(String token) {
        return router.call(Operation.MODEL_CANCEL).body(new ChatCancel(token)).send(ChatCancel.Cancelled.class);
    }

    private static void upTo(String event, EventSource source) {
        while (!source.next().event().equals(event)) {
            assertThat(source.hasNext()).isTrue();
        }
    }

    @Test
    void aTokenEndsAStreamInItsMiddleWithWhatWasSaid() throws InterruptedException {
        lab.then(FakeAnswer.text("Once upon").stall());
        try (EventSource source = chat("t1").events()) {
            upTo(ChatEvent.DELTA, source);

            assertThat(cancel("t1")).isEqualTo(new ChatCancel.Cancelled("cancelled", "t1"));

            assertThat(lab.clientLeft(SOON)).isTrue();
            ServerEvent last = source.next();
            assertThat(last.event()).isEqualTo(ChatEvent.FINAL);
            ChatAnswer answer = Shape.of(ChatAnswer.class).readAnswer(last.data());
            assertThat(answer.response()).isEqualTo("Once upon");
            assertThat(answer.finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(answer.usage().completionTokens()).isEqualTo(3);
            assertThat(answer.routeDecision().attempts())
                    .extracting(RouteDecision.Attempt::outcome)
                    .containsExactly(RouteDecision.Outcome.CANCELLED);
        }
        UsageReport usage = router.call(Operation.USAGE).send(UsageReport.class);
        assertThat(usage.rows()).hasSize(1);
        assertThat(usage.rows().getFirst().completionTokens()).isEqualTo(3);
        BackendList.Backend backend = router.call(Operation.BACKENDS).send(BackendList.class).backends().stream()
                .filter(each -> each.backend().equals("lab/m"))
                .findFirst()
                .orElseThrow();
        assertThat(backend.totalFailures()).isZero();
    }

    @Test
    void aTokenEndsACallBeforeItsProviderSaysAnything() throws Exception {
        lab.then(FakeAnswer.stalledHead());
        Future<ChatAnswer> asked = threads.submit(() -> chat("t1").send(ChatAnswer.class));
        awaitCalls(1);
        cancel("t1");
        assertThat(lab.clientLeft(SOON)).isTrue();
        ChatAnswer answer = asked.get(5, TimeUnit.SECONDS);
        assertThat(answer.finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(answer.response()).isEmpty();
        assertThat(lab.calls()).hasSize(1);
    }

    @Test
    void aCallerThatHangsUpEndsItsCall() throws Exception {
        lab.then(FakeAnswer.text("Once upon").stall(), FakeAnswer.stalledHead());
        try (EventSource source = chat(null).events()) {
            upTo(ChatEvent.DELTA, source);
        }
        assertThat(lab.clientLeft(AT_ONCE)).isTrue();
        Future<ChatAnswer> asked = threads.submit(() -> chat(null).send(ChatAnswer.class));
        awaitCalls(2);
        asked.cancel(true);
        assertThat(lab.clientLeft(SOON)).isTrue();
    }

    @Test
    void aTokenNamesOneRunningCall() throws Exception {
        lab.then(FakeAnswer.stalledHead());
        Future<ChatAnswer> asked = threads.submit(() -> chat("t1").send(ChatAnswer.class));
        awaitCalls(1);
        assertThatThrownBy(() -> chat("t1").send(ChatAnswer.class))
                .isInstanceOfSatisfying(
                        SoniaException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.CONFLICT));
        cancel("t1");
        assertThat(asked.get(5, TimeUnit.SECONDS).finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(chat("t1").send(ChatAnswer.class).finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void aTokenThatNoCallHasIsNotFound() {
        chat("over").send(ChatAnswer.class);
        for (String token : List.of("unknown", "over")) {
            assertThatThrownBy(() -> cancel(token))
                    .isInstanceOfSatisfying(
                            SoniaException.class,
                            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.NOT_FOUND));
        }
    }

    @Test
    void aCallThatStillWaitsForAPlaceEndsToo() throws Exception {
        int places = 8;
        for (int i = 0; i < places; i++) {
            lab.then(FakeAnswer.stalledHead());
        }
        List<Future<ChatAnswer>> running = new java.util.ArrayList<>();
        for (int i = 0; i < places; i++) {
            String token = "t" + i;
            running.add(threads.submit(() -> chat(token).send(ChatAnswer.class)));
            awaitCalls(i + 1);
        }
        Future<ChatAnswer> waiting = threads.submit(() -> chat("last").send(ChatAnswer.class));
        cancelOnceKnown("last");
        assertThat(waiting.get(5, TimeUnit.SECONDS).finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(lab.calls()).hasSize(places);
        for (int i = 0; i < places; i++) {
            cancel("t" + i);
            running.get(i).get(5, TimeUnit.SECONDS);
        }
        UsageReport usage = router.call(Operation.USAGE).send(UsageReport.class);
        assertThat(usage.rows().getFirst().calls()).isEqualTo(places);
    }

    /** A call that waits shows nowhere but in that it can be cancelled. */
    private void cancelOnceKnown(String token) {
        for (int i = 0; i < LOOKS; i++) {
            try {
                cancel(token);
                return;
            } catch (SoniaException notYet) {
                assertThat(notYet.code()).isEqualTo(ErrorCode.NOT_FOUND);
            }
        }
        throw new AssertionError("no call has come in under " + token);
    }

    private void awaitCalls(int count) throws InterruptedException {
        assertThat(lab.called(count, SOON)).isTrue();
    }
}
