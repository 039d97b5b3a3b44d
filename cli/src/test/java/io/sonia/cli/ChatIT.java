package io.sonia.cli;

import static io.sonia.cli.Samples.map;
import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.gateway.CompletionReason;
import io.sonia.contracts.gateway.Decided;
import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnEvent;
import io.sonia.contracts.gateway.TurnState;
import io.sonia.kernel.Home;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Turns against a gateway that answers by script. */
@Timeout(60)
class ChatIT {

    private static final String APPROVE = "POST /v1/confirmations/apr_1/approve";
    private static final String DENY = "POST /v1/confirmations/apr_1/deny";
    private static final Approval APPROVAL = Samples.approval("apr_1", map("path", "todo.txt"), "");

    @TempDir
    Path folder;

    private final Captured captured = Captured.pipes();
    private final CompletableFuture<String> decision = new CompletableFuture<>();
    private FakeGateway gateway;

    @BeforeEach
    void start() throws IOException {
        gateway = new FakeGateway(new Home(folder))
                .on("POST /v1/turn", this::writeAfterDecision)
                .on(APPROVE, reply -> decide(reply, "approved", ApprovalState.APPROVED))
                .on(DENY, reply -> decide(reply, "denied", ApprovalState.DENIED))
                .on("GET /v1/turns/turn_1", reply -> reply.data(Samples.plain(turn("It is written."))));
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void answerGoesToStandardOutputAndTheRestBeside() {
        gateway.on("POST /v1/turn", reply -> {
            reply.frame(TurnEvent.STARTED, map());
            reply.frame(TurnEvent.PARTIAL, map("index", 0L, "text", "Hel"));
            reply.frame(TurnEvent.FINAL, map("assistant_text", "Hello"));
            reply.frame(TurnEvent.DONE, map());
        });

        assertThat(chat("hi", "there")).isZero();
        assertThat(captured.out()).isEqualTo("Hello\n");
        assertThat(captured.err()).contains("./sonia audit trace req_");
        FakeGateway.Seen turn = gateway.seen("POST /v1/turn").getFirst();
        assertThat(turn.body()).containsEntry("input_text", "hi there").containsEntry("conversation_id", "default");
        assertThat(captured.err()).contains(turn.correlationId());
    }

    @Test
    void approvedCallRunsWhileTheStreamStaysOpen() {
        assertThat(chat("--approve", "all", "write")).isZero();

        assertThat(captured.out()).isEqualTo("Written.\n");
        assertThat(captured.err())
                .contains("path = \"todo.txt\"")
                .contains("  approved\n")
                .contains("< file.write executed");
        assertThat(gateway.seen(APPROVE)).singleElement().satisfies(seen -> {
            assertThat(seen.body()).containsEntry("fence_token", 7L);
            assertThat(seen.correlationId()).isEqualTo("req_turn");
        });
        assertThat(gateway.seen("POST /v1/turn").getFirst().body()).containsEntry("wait_approval_ms", 120_000L);
    }

    @Test
    void deniedCallDoesNotRun() {
        assertThat(say(approval -> Decider.Word.NO)).isEqualTo(Talk.End.ANSWERED);

        assertThat(captured.out()).isEqualTo("Not written.\n");
        assertThat(captured.err()).contains("  denied\n").doesNotContain("executed");
        assertThat(gateway.seen(DENY)).hasSize(1);
        assertThat(gateway.seen(APPROVE)).isEmpty();
    }

    @Test
    void undecidedCallIsLeftWithAdvice() {
        assertThat(chat("write")).isEqualTo(1);

        assertThat(captured.out()).isEmpty();
        assertThat(captured.err()).contains("./sonia approvals approve apr_1").contains("./sonia approvals deny apr_1");
        assertThat(gateway.seen("POST /v1/turn").getFirst().body()).containsEntry("wait_approval_ms", 0L);
        assertThat(gateway.seen("POST /v1/confirmations")).isEmpty();
    }

    @Test
    void decisionAfterTheStreamParkedIsFollowedToTheAnswer() {
        gateway.on("POST /v1/turn", reply -> {
            reply.frame(TurnEvent.STARTED, map());
            reply.frame(TurnEvent.CONFIRMATION_REQUIRED, Samples.plain(APPROVAL));
            reply.bare(TurnEvent.PARKED, map("pending_approvals", List.of()));
            reply.bare(TurnEvent.DONE, map());
        });

        assertThat(say(approval -> Decider.Word.YES)).isEqualTo(Talk.End.ANSWERED);
        assertThat(captured.out()).isEqualTo("It is written.\n");
    }

    @Test
    void decisionThatComesTooLateIsTold() {
        gateway.on("POST /v1/turn", reply -> {
                    reply.frame(TurnEvent.STARTED, map());
                    reply.frame(TurnEvent.CONFIRMATION_REQUIRED, Samples.plain(APPROVAL));
                    reply.frame(TurnEvent.CONFIRMATION_RESOLVED, map("approval_id", "apr_1", "status", "expired"));
                    reply.frame(TurnEvent.FINAL, map("assistant_text", "Nobody decided."));
                    reply.frame(TurnEvent.DONE, map());
                })
                .on(APPROVE, reply -> reply.error(410, "APPROVAL_EXPIRED", map()));

        assertThat(say(approval -> Decider.Word.YES)).isEqualTo(Talk.End.ANSWERED);
        assertThat(captured.err()).contains("APPROVAL_EXPIRED").contains("  expired\n");
        assertThat(captured.out()).isEqualTo("Nobody decided.\n");
    }

    @Test
    void interruptedQuestionStopsTheTurn() {
        CompletableFuture<String> stopped = new CompletableFuture<>();
        gateway.on("POST /v1/turn", reply -> {
                    reply.frame(TurnEvent.STARTED, map());
                    reply.frame(TurnEvent.CONFIRMATION_REQUIRED, Samples.plain(APPROVAL));
                    await(stopped);
                    reply.frame(TurnEvent.CANCELLED, map("reason", "requested"));
                    reply.frame(TurnEvent.DONE, map());
                })
                .on("POST /v1/turns/turn_1/cancel", reply -> {
                    stopped.complete("");
                    reply.data(map(
                            "turn_id", "turn_1", "state", "cancelled", "stopped", map("model", false, "tool", true)));
                });

        assertThat(say(approval -> Decider.Word.STOP)).isEqualTo(Talk.End.CANCELLED);
        assertThat(captured.err()).contains("  cancelled\n");
    }

    @Test
    void brokenStreamIsFollowedByAskingForTheTurn() {
        gateway.on("POST /v1/turn", reply -> reply.frame(TurnEvent.STARTED, map()));

        assertThat(say(approval -> Decider.Word.LEAVE)).isEqualTo(Talk.End.ANSWERED);
        assertThat(captured.out()).isEqualTo("It is written.\n");
    }

    @Test
    void failedTurnIsExitCode1() {
        gateway.on("POST /v1/turn", reply -> {
            reply.frame(TurnEvent.STARTED, map());
            reply.frame(TurnEvent.ERROR, map("code", "MODEL_FAILED", "message", "No model backend gave an answer"));
            reply.frame(TurnEvent.DONE, map());
        });

        assertThat(chat("hi")).isEqualTo(1);
        assertThat(captured.out()).isEmpty();
        assertThat(captured.err()).contains("sonia: No model backend gave an answer - MODEL_FAILED - ");
    }

    @Test
    void eachLineOfAPipeIsAMessage() throws IOException {
        gateway.on("POST /v1/turn", reply -> {
            String said = String.valueOf(
                    gateway.seen("POST /v1/turn").getLast().body().get("input_text"));
            reply.frame(TurnEvent.FINAL, map("assistant_text", "You said " + said));
            reply.frame(TurnEvent.DONE, map());
        });

        byte[] lines = "one\n\n  zwölf\n".getBytes(StandardCharsets.UTF_8);
        assertThat(new Chat(place(), new ByteArrayInputStream(lines), false).call())
                .isZero();
        assertThat(captured.out()).isEqualTo("You said one\nYou said zwölf\n");
    }

    @Test
    void keyThatIsNotAcceptedIsNamed() throws IOException {
        io.sonia.kernel.SecretFile.write(
                new Home(folder).operatorToken(), "sk-sonia-other".getBytes(StandardCharsets.US_ASCII));

        assertThat(chat("hi")).isEqualTo(1);
        assertThat(captured.err()).contains("UNAUTHORIZED").contains("SONIA_HOME");
    }

    private void writeAfterDecision(FakeGateway.Reply reply) {
        reply.frame(TurnEvent.STARTED, map("input_len", 5L));
        reply.frame(TurnEvent.CALL_REQUESTED, map("tool_name", "file.write", "args", map("path", "todo.txt")));
        reply.frame(TurnEvent.CONFIRMATION_REQUIRED, Samples.plain(APPROVAL));
        boolean waits = !Long.valueOf(0)
                .equals(gateway.seen("POST /v1/turn").getLast().body().get("wait_approval_ms"));
        if (!waits) {
            reply.bare(TurnEvent.PARKED, map("pending_approvals", List.of()));
            reply.bare(TurnEvent.DONE, map());
            return;
        }
        boolean yes = await(decision).equals("approved");
        reply.frame(
                TurnEvent.CONFIRMATION_RESOLVED, map("approval_id", "apr_1", "status", yes ? "approved" : "denied"));
        reply.frame(TurnEvent.CALL_RESULT, map("tool_name", "file.write", "status", yes ? "executed" : "denied"));
        reply.frame(TurnEvent.FINAL, map("assistant_text", yes ? "Written." : "Not written."));
        reply.frame(TurnEvent.DONE, map());
    }

    private void decide(FakeGateway.Reply reply, String word, ApprovalState state) throws IOException {
        decision.complete(word);
        reply.data(Samples.plain(new Decided("apr_1", state, 8, APPROVAL, "act_1", null, null)));
    }

    private Talk.End say(Decider decider) {
        return new Talk(place(), OperatorClient.of(place()), decider).say("write", "default");
    }

    private int chat(String... words) {
        String[] line = new String[words.length + 1];
        line[0] = "chat";
        System.arraycopy(words, 0, line, 1, words.length);
        return Main.run(place(), line);
    }

    private Workplace place() {
        return captured.place(folder, gateway.environment());
    }

    private static String await(CompletableFuture<String> event) {
        try {
            return event.get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException("nobody decided", e);
        }
    }

    private static Turn turn(@Nullable String text) {
        return new Turn(
                "turn_1",
                "ses_1",
                "usr_1",
                "default",
                TurnState.COMPLETED,
                text,
                List.of(),
                List.of(),
                List.of(),
                new Turn.MemoryUse(true, 0, List.of(), false, false),
                new Turn.Quality(null, false, 1, 1, 2, CompletionReason.OK),
                new Turn.Latency(0, 0, 0, 0, 0, 1),
                null,
                null,
                Samples.NOW,
                Samples.NOW,
                null,
                0);
    }
}
