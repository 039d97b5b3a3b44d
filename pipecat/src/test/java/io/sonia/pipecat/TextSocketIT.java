package io.sonia.pipecat;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.pipecat.VoiceMessage;
import io.sonia.contracts.pipecat.VoiceSessionView;
import io.sonia.contracts.pipecat.VoiceState;
import io.sonia.contracts.pipecat.VoiceTurnState;
import io.sonia.kernel.ErrorCode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TextSocketIT {

    @TempDir
    Path folder;

    private FakeGateway gateway;
    private VoiceFixture fixture;
    private String sessionId;

    @BeforeEach
    void open() throws IOException {
        gateway = new FakeGateway();
        fixture = new VoiceFixture(folder.resolve("sonia.db"), gateway.port());
        sessionId = fixture.start().sessionId();
    }

    @AfterEach
    void close() {
        fixture.close();
        gateway.close();
    }

    @Test
    void aCallerIsGreetedWithTheSessionAndItsState() throws Exception {
        FakeCaller caller = fixture.join(sessionId);
        assertThat(caller.next("SESSION_START")).isEqualTo(Map.of("metadata", Map.of("room", "kitchen")));
        assertThat(caller.next("STATUS")).isEqualTo(Map.of("status", "active", "details", Map.of("message_count", 0L)));
    }

    @Test
    void aMessageIsAnsweredInPartsAndThenAsAWhole() throws Exception {
        gateway.nextTurn(
                events -> events.started().partial(0, "Hel").partial(1, "lo").answer("Hello"));
        FakeCaller caller = fixture.join(sessionId).greeted();
        caller.frame("MESSAGE", Map.of("text", "hi there", "metadata", Map.of("lang", "en")));
        assertThat(caller.next("PARTIAL")).isEqualTo(Map.of("text", "Hel", "index", 0L));
        assertThat(caller.next("PARTIAL")).isEqualTo(Map.of("text", "lo", "index", 1L));
        assertThat(caller.next("MESSAGE"))
                .isEqualTo(Map.of("text", "Hello", "role", "assistant", "turn_id", FakeGateway.TURN_ID));

        VoiceSessionView view = fixture.get(sessionId);
        assertThat(view.messageCount()).isEqualTo(2);
        assertThat(view.messages()).extracting(VoiceMessage::role).containsExactly("assistant", "user");
        assertThat(view.messages()).extracting(VoiceMessage::content).containsExactly("Hello", "hi there");
        assertThat(view.messages().get(1).metadata()).isEqualTo(Map.of("lang", "en"));
        assertThat(view.turn())
                .isEqualTo(new VoiceSessionView.VoiceTurn(FakeGateway.TURN_ID, VoiceTurnState.COMPLETED, 1));
    }

    @Test
    void theGatewayGetsThePersonsKeyTheSessionAndTheTimeToWait() throws Exception {
        gateway.nextTurn(events -> events.started().answer("Hello"));
        FakeCaller caller = fixture.join(sessionId).greeted();
        caller.message("hi");
        caller.next("MESSAGE");
        assertThat(gateway.seen("POST", "/v1/turn")).singleElement().satisfies(turn -> {
            assertThat(turn.authorization()).isEqualTo("Bearer " + fixture.key.text());
            assertThat(turn.idempotencyKey()).isEqualTo("voice-" + sessionId + "-1");
            assertThat(turn.body())
                    .containsEntry("input_text", "hi")
                    .containsEntry("session_id", "ses_1")
                    .containsEntry("wait_approval_ms", 120_000L);
        });
    }

    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            names = {"MODEL_FAILED", "NO_BACKEND_AVAILABLE", "TIMEOUT", "BUDGET_EXCEEDED", "INTERNAL_ERROR"})
    void aTurnThatFailsIsAnErrorAndNeverAMessage(ErrorCode code) throws Exception {
        gateway.nextTurn(events -> events.started().partial(0, "Hel").failure(code));
        FakeCaller caller = fixture.join(sessionId).greeted();
        caller.message("hi");
        caller.next("PARTIAL");
        assertThat(caller.next("ERROR"))
                .containsEntry("code", code.name())
                .containsEntry("message", code.message())
                .containsEntry("retryable", code.retryable())
                .containsEntry("details", Map.of("attempts", List.of()));
        VoiceSessionView view = fixture.get(sessionId);
        assertThat(view.messages()).extracting(VoiceMessage::role).containsExactly("user");
        assertThat(view.turn().state()).isEqualTo(VoiceTurnState.ERROR);
        assertThat(caller.silent()).isTrue();
    }

    @Test
    void aTurnThatIsRefusedOrCancelledIsAnError() throws Exception {
        FakeCaller caller = fixture.join(sessionId).greeted();
        gateway.nextTurn(FakeGateway.refusing(ErrorCode.SESSION_CLOSED));
        caller.message("hi");
        assertThat(caller.next("ERROR")).containsEntry("code", "SESSION_CLOSED");
        gateway.nextTurn(events -> events.started().cancelled());
        caller.message("hi");
        assertThat(caller.next("ERROR")).containsEntry("code", "INVALID_STATE");
    }

    @Test
    void aGatewayThatIsAwayIsAnError() throws Exception {
        FakeCaller caller = fixture.join(sessionId).greeted();
        gateway.close();
        caller.message("hi");
        assertThat(caller.next("ERROR")).containsEntry("code", "UNAVAILABLE").containsEntry("retryable", true);
        assertThat(fixture.get(sessionId).turn().state()).isEqualTo(VoiceTurnState.ERROR);
    }

    @Test
    void aTurnThatWaitsForApprovalSaysSoAndGoesOn() throws Exception {
        CountDownLatch decided = new CountDownLatch(1);
        gateway.nextTurn(events -> {
            events.started().confirmation("apr_1");
            decided.await();
            events.resolved("apr_1", "approved").answer("Written");
        });
        FakeCaller caller = fixture.join(sessionId).greeted();
        caller.message("write hello to todo.txt");
        Map<String, Object> waiting = caller.next("STATUS");
        assertThat(waiting)
                .isEqualTo(Map.of(
                        "status",
                        "awaiting_approval",
                        "details",
                        Map.of(
                                "pending_approvals",
                                List.of(Map.of(
                                        "approval_id", "apr_1",
                                        "tool_name", "file.write",
                                        "summary", "write todo.txt",
                                        "risk_tier", "guarded_medium",
                                        "expires_at", "2026-01-01T00:02:00.000Z")))));
        caller.frame("STATUS", Map.of());
        assertThat(caller.next("STATUS")).containsEntry("status", "awaiting_approval");
        decided.countDown();
        assertThat(caller.next("STATUS"))
                .isEqualTo(
                        Map.of("status", "active", "details", Map.of("approval_id", "apr_1", "decision", "approved")));
        assertThat(caller.next("MESSAGE")).containsEntry("text", "Written");
    }

    @Test
    void aTurnWhoseStreamEndsBeforeItsAnswerIsListenedToAgain() throws Exception {
        gateway.nextTurn(events -> events.started().confirmation("apr_1").parked());
        gateway.nextTurn(events -> events.started());
        gateway.nextTurn(FakeGateway.refusing(ErrorCode.IDEMPOTENCY_IN_PROGRESS));
        gateway.nextTurn(events -> events.resolved("apr_1", "approved").answer("Written"));
        FakeCaller caller = fixture.join(sessionId).greeted();
        caller.message("write hello to todo.txt");
        assertThat(caller.next("STATUS")).containsEntry("status", "awaiting_approval");
        for (int again = 0; again < 3; again++) {
            fixture.clock.awaitSleepers(1);
            fixture.clock.advance(Duration.ofMillis(500));
        }
        assertThat(caller.next("STATUS")).containsEntry("status", "active");
        assertThat(caller.next("MESSAGE")).containsEntry("text", "Written");
        assertThat(gateway.seen("POST", "/v1/turn"))
                .hasSize(4)
                .extracting(FakeGateway.Seen::idempotencyKey)
                .containsOnly("voice-" + sessionId + "-1");
    }

    @Test
    void aSilentGatewayEndsTheTurnInTime() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        gateway.nextTurn(events -> {
            events.started().partial(0, "Hel");
            never.await();
        });
        FakeCaller caller = fixture.join(sessionId).greeted();
        caller.message("hi");
        caller.next("PARTIAL");
        fixture.pass(Duration.ofSeconds(60));
        assertThat(caller.silent()).isTrue();
        fixture.pass(Duration.ofMillis(1));
        assertThat(caller.next("ERROR")).containsEntry("code", "TIMEOUT");
        never.countDown();
    }

    @Test
    void framesAreReadWhileATurnRuns() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        gateway.nextTurn(events -> {
            events.started().partial(0, "...");
            go.await();
            events.answer("first");
        });
        FakeCaller caller = fixture.join(sessionId).greeted();
        caller.message("one");
        caller.next("PARTIAL");
        caller.message("two");
        assertThat(caller.next("ERROR"))
                .containsEntry("code", "TURN_IN_PROGRESS")
                .containsEntry("details", Map.of("turn_id", FakeGateway.TURN_ID));
        caller.frame("STATUS", Map.of());
        assertThat(caller.next("STATUS")).containsEntry("details", Map.of("message_count", 1L));
        go.countDown();
        assertThat(caller.next("MESSAGE")).containsEntry("text", "first");
        gateway.nextTurn(events -> events.started().answer("second"));
        caller.message("two");
        assertThat(caller.next("MESSAGE")).containsEntry("text", "second");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "`nonsense`, INVALID_EVENT",
                "``, INVALID_EVENT",
                "`[]`, INVALID_EVENT",
                "`{}`, INVALID_EVENT",
                "`{\"type\":\"MESSAGE\",\"type\":\"STATUS\"}`, INVALID_EVENT",
                "`{\"type\":\"message\"}`, INVALID_EVENT",
                "`{\"type\":\"AUDIO\"}`, INVALID_EVENT",
                "`{\"type\":\"STATUS\",\"extra\":1}`, INVALID_EVENT",
                "`{\"type\":\"STATUS\",\"session_id\":\"vse_other\"}`, INVALID_EVENT",
                "`{\"type\":\"STATUS\",\"data\":[]}`, INVALID_EVENT",
                "`{\"type\":\"STATUS\",\"correlation_id\":\"a b\"}`, INVALID_EVENT",
                "`{\"type\":\"STATUS\",\"timestamp\":\"yesterday\"}`, INVALID_EVENT",
                "`{\"type\":\"SESSION_START\"}`, INVALID_EVENT",
                "`{\"type\":\"PARTIAL\",\"data\":{\"text\":\"x\"}}`, INVALID_EVENT",
                "`{\"type\":\"ERROR\"}`, INVALID_EVENT",
                "`{\"type\":\"MESSAGE\"}`, INVALID_ARGUMENT",
                "`{\"type\":\"MESSAGE\",\"data\":{\"text\":\"\"}}`, INVALID_ARGUMENT",
                "`{\"type\":\"MESSAGE\",\"data\":{\"text\":\" \\n \"}}`, INVALID_ARGUMENT",
                "`{\"type\":\"MESSAGE\",\"data\":{\"text\":5}}`, INVALID_ARGUMENT",
                "`{\"type\":\"MESSAGE\",\"data\":{\"text\":\"x\",\"role\":\"assistant\"}}`, INVALID_ARGUMENT",
                "`{\"type\":\"MESSAGE\",\"data\":{\"text\":\"x\",\"tools\":[]}}`, INVALID_ARGUMENT",
                "`{\"type\":\"SESSION_STOP\",\"data\":{\"reason\":7}}`, INVALID_ARGUMENT",
            })
    void aFrameThatIsNotRightIsAnError(String frame, String code) throws Exception {
        FakeCaller caller = fixture.join(sessionId).greeted();
        caller.say(frame == null ? "" : frame);
        assertThat(caller.next("ERROR"))
                .containsEntry("code", code)
                .containsEntry("retryable", false)
                .containsKeys("message", "details");
        caller.frame("STATUS", Map.of());
        caller.next("STATUS");
        assertThat(caller.open()).isTrue();
        assertThat(gateway.seen("POST", "/v1/turn")).isEmpty();
    }

    @Test
    void theLongestMessageIsTakenAndALongerOneIsNot() throws Exception {
        gateway.nextTurn(events -> events.started().answer("ok"));
        FakeCaller caller = fixture.join(sessionId).greeted();
        caller.message("x".repeat(16_001));
        assertThat(caller.next("ERROR")).containsEntry("code", "INVALID_ARGUMENT");
        caller.message("x".repeat(16_000));
        caller.next("MESSAGE");
    }

    @Test
    void threeBadFramesInARowCloseTheSocket() throws Exception {
        FakeCaller caller = fixture.join(sessionId).greeted();
        caller.say("bad");
        caller.say("bad");
        caller.frame("STATUS", Map.of());
        caller.say("bad");
        caller.say("bad");
        assertThat(caller.open()).isTrue();
        caller.say("bad");
        assertThat(caller.closeCode()).isEqualTo(4400);
        assertThat(fixture.get(sessionId).state()).isEqualTo(VoiceState.PAUSED);
    }

    @Test
    void moreThanFiftyFramesASecondCloseTheSocket() throws Exception {
        FakeCaller caller = fixture.join(sessionId).greeted();
        for (int second = 0; second < 2; second++) {
            for (int i = 0; i < 50; i++) {
                caller.frame("STATUS", Map.of());
                caller.next("STATUS");
            }
            if (second == 0) {
                fixture.clock.advance(Duration.ofSeconds(1));
            }
        }
        assertThat(caller.open()).isTrue();
        caller.frame("STATUS", Map.of());
        assertThat(caller.next("ERROR")).containsEntry("code", "RATE_LIMITED");
        assertThat(caller.closeCode()).isEqualTo(4029);
    }

    @Test
    void aStopFrameEndsTheSession() throws Exception {
        FakeCaller caller = fixture.join(sessionId).greeted();
        caller.frame("SESSION_STOP", Map.of("reason", "good bye"));
        assertThat(caller.next("SESSION_STOP")).isEqualTo(Map.of("reason", "good bye"));
        assertThat(caller.closeCode()).isEqualTo(1000);
        assertThat(fixture.get(sessionId).state()).isEqualTo(VoiceState.CLOSED);
        assertThat(fixture.sessions.count()).isZero();
    }

    @Test
    void anUnknownOrEndedSessionIsRefused() throws Exception {
        FakeCaller stranger = fixture.join("vse_unknown");
        assertThat(stranger.next("ERROR")).containsEntry("code", "SESSION_NOT_FOUND");
        assertThat(stranger.closeCode()).isEqualTo(4004);
        fixture.stop(sessionId, null);
        FakeCaller late = fixture.join(sessionId);
        assertThat(late.next("ERROR")).containsEntry("code", "SESSION_CLOSED");
        assertThat(late.closeCode()).isEqualTo(4010);
        late.say("ignored");
        assertThat(late.silent()).isTrue();
    }

    @Test
    void aKeyThatEndsClosesItsSocket() throws Exception {
        FakeCaller caller = fixture.join(sessionId).greeted();
        fixture.pass(Duration.ofSeconds(1));
        assertThat(caller.open()).isTrue();
        fixture.verify(false);
        fixture.pass(Duration.ofSeconds(1));
        assertThat(caller.closeCode()).isEqualTo(4001);
        assertThat(fixture.get(sessionId).state()).isEqualTo(VoiceState.PAUSED);
    }

    @Test
    void whatIsSaidStaysOutOfTheAudit() throws Exception {
        gateway.nextTurn(events -> events.started().answer("the answer word"));
        FakeCaller caller = fixture.join(sessionId).greeted();
        caller.message("the question word");
        caller.next("MESSAGE");
        List<String> entries = fixture.journal.read(sql -> sql.list(
                "SELECT operation, detail FROM audit_entries ORDER BY seq",
                row -> row.text("operation") + " " + row.text("detail")));
        assertThat(entries).hasSize(4);
        assertThat(entries.get(0)).startsWith("session_start");
        assertThat(entries.get(1)).startsWith("voice.attached");
        assertThat(entries.get(2)).startsWith("voice.message").contains("\"characters\":17");
        assertThat(entries.get(3)).startsWith("voice.message").contains(FakeGateway.TURN_ID);
        assertThat(entries.toString()).doesNotContain(" word");
    }
}
