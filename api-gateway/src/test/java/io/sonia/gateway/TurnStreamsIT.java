package io.sonia.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnEvent;
import io.sonia.contracts.gateway.TurnFrame;
import io.sonia.contracts.gateway.TurnRequest;
import io.sonia.contracts.gateway.TurnState;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.EventSource;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.ServerEvent;
import io.sonia.kernel.json.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Turns as server-sent events. */
class TurnStreamsIT extends GatewayCase {

    private static final String KEY = "key-1";
    private static final TurnRequest PATIENT = TurnRequest.of("hello", "default", 20_000);
    private static final TurnRequest HELLO = TurnRequest.of("hello", "default", 0);

    @Test
    void aTurnIsToldStepByStepInNumberedFrames() {
        behind.modelAsks(Answers.call("call_1", Behind.HARMLESS));
        behind.modelSays("There it is.");
        List<TurnFrame> frames = frames(house.gateway.stream(HELLO, null));
        assertThat(frames)
                .extracting(TurnFrame::type)
                .containsExactly(
                        TurnEvent.STARTED,
                        TurnEvent.RECALLED,
                        TurnEvent.CALL_REQUESTED,
                        TurnEvent.CALL_RESULT,
                        TurnEvent.PARTIAL,
                        TurnEvent.PARTIAL,
                        TurnEvent.FINAL,
                        TurnEvent.MEMORY_WRITTEN,
                        TurnEvent.DONE);
        String said = String.valueOf(frames.get(4).payload().get("text"))
                + frames.get(5).payload().get("text");
        assertThat(said).isEqualTo("There it is.");
        assertThat(frames.get(6).payload()).containsEntry("assistant_text", "There it is.");
        assertThat(frames.get(7).payload()).containsEntry("written", true);
    }

    @Test
    void aWaitForAPersonIsOnRecordBeforeItIsTold() {
        behind.modelAsks(Answers.call("call_1", Behind.CONFIRMED));
        try (EventSource source =
                house.gateway.ask(Operation.TURN).body(PATIENT).events()) {
            while (!source.next().event().equals(TurnEvent.CONFIRMATION_REQUIRED)) {
                assertThat(source.hasNext()).isTrue();
            }
            assertThat(house.gateway.journal.chain().trace("req_test", 100))
                    .extracting(entry -> entry.toMap().get("operation"))
                    .contains("turn.waiting");
        }
    }

    @Test
    void aTurnThatWaitsTooLongForAPersonIsParked() {
        behind.modelAsks(Answers.call("call_1", Behind.CONFIRMED));
        List<TurnFrame> frames = frames(house.gateway.stream(HELLO, null));
        assertThat(frames)
                .extracting(TurnFrame::type)
                .endsWith(TurnEvent.CONFIRMATION_REQUIRED, TurnEvent.PARKED, TurnEvent.DONE);
        Turn turn = house.gateway.get(frames.getFirst().turnId());
        assertThat(turn.state()).isEqualTo(TurnState.AWAITING_APPROVAL);
        assertThat(pendingIn(frames.get(frames.size() - 2)))
                .containsExactly(turn.pendingApprovals().getFirst().approvalId());
    }

    @Test
    void aDecisionInTimeIsToldAndTheTurnGoesOn() throws Exception {
        behind.modelAsks(Answers.call("call_1", Behind.CONFIRMED));
        Future<List<ServerEvent>> stream = meanwhile(() -> house.gateway.stream(PATIENT, null));
        behind.decide(behind.awaitApproval(), ApprovalState.APPROVED);
        List<TurnFrame> frames = frames(stream.get(20, TimeUnit.SECONDS));
        assertThat(frames)
                .extracting(TurnFrame::type)
                .containsSubsequence(
                        TurnEvent.CONFIRMATION_REQUIRED,
                        TurnEvent.CONFIRMATION_RESOLVED,
                        TurnEvent.CALL_RESULT,
                        TurnEvent.FINAL,
                        TurnEvent.DONE)
                .doesNotContain(TurnEvent.PARKED);
    }

    @Test
    void aTurnThatFailsEndsWithItsError() {
        behind.model(request -> {
            throw SoniaException.of(ErrorCode.MODEL_FAILED).with("attempts", List.of());
        });
        List<TurnFrame> frames = frames(house.gateway.stream(HELLO, null));
        assertThat(frames).extracting(TurnFrame::type).endsWith(TurnEvent.ERROR, TurnEvent.DONE);
        assertThat(lastBut(frames, 1).payload())
                .containsEntry("code", "MODEL_FAILED")
                .containsEntry("retryable", true)
                .containsEntry("details", Map.of("attempts", List.of()));
    }

    @Test
    void aTurnThatIsCancelledSaysSo() throws Exception {
        Hold thinking = behind.holdBefore(Operation.MODEL_CHAT);
        Future<List<ServerEvent>> stream = meanwhile(() -> house.gateway.stream(HELLO, null));
        thinking.awaitReached();
        house.gateway.cancel(house.gateway.audited("turn.started").getFirst());
        List<TurnFrame> frames = frames(stream.get(10, TimeUnit.SECONDS));
        assertThat(frames).extracting(TurnFrame::type).endsWith(TurnEvent.CANCELLED, TurnEvent.DONE);
    }

    @Test
    void aTurnIsRefusedBeforeItsStreamBegins() throws Exception {
        Hold thinking = behind.holdBefore(Operation.MODEL_CHAT);
        Future<List<ServerEvent>> first = meanwhile(() -> house.gateway.stream(HELLO, null));
        thinking.awaitReached();
        refused(ErrorCode.TURN_IN_PROGRESS, () -> house.gateway.stream(HELLO, null));
        thinking.release();
        assertThat(frames(first.get(10, TimeUnit.SECONDS)))
                .extracting(TurnFrame::type)
                .endsWith(TurnEvent.DONE);
        TurnRequest nowhere = new TurnRequest("hello", null, "default", "ses_unknown", null, Map.of(), null, 4, 0);
        refused(ErrorCode.SESSION_NOT_FOUND, () -> house.gateway.stream(nowhere, null));
    }

    @Test
    void aReaderWhoLeavesDoesNotStopTheTurn() throws Exception {
        Hold thinking = behind.holdBefore(Operation.MODEL_CHAT);
        String turnId;
        try (EventSource events = house.gateway.ask(Operation.TURN).body(HELLO).events()) {
            turnId = frame(events.next()).turnId();
            thinking.awaitReached();
        }
        thinking.release();
        assertThat(house.gateway.await(turnId, TurnState.COMPLETED).assistantText())
                .isNotEmpty();
    }

    @Test
    void aStreamDoesNotOutliveTheGateway() throws Exception {
        behind.modelAsks(Answers.call("call_1", Behind.CONFIRMED));
        Future<List<ServerEvent>> stream = meanwhile(() -> house.gateway.stream(PATIENT, null));
        behind.awaitApproval();
        house.gateway.close();
        List<TurnFrame> frames = frames(stream.get(10, TimeUnit.SECONDS));
        assertThat(frames).extracting(TurnFrame::type).endsWith(TurnEvent.ERROR, TurnEvent.DONE);
        assertThat(lastBut(frames, 1).payload()).containsEntry("code", "UNAVAILABLE");
    }

    @Test
    void aSecondReaderUnderTheSameKeyJoinsAfterARestart() throws Exception {
        Hold lost = behind.holdBefore(Operation.MODEL_CHAT);
        GatewayLife first = house.gateway;
        house.askInVain(life -> life.send(HELLO, KEY));
        lost.awaitReached();
        String turnId = first.audited("turn.started").getFirst();
        Hold thinking = behind.holdBefore(Operation.MODEL_CHAT);
        house.restart();
        thinking.awaitReached();
        try (EventSource joined = house.gateway
                .ask(Operation.TURN)
                .body(HELLO)
                .idempotencyKey(KEY)
                .events()) {
            thinking.release();
            List<ServerEvent> events = new ArrayList<>();
            joined.forEachRemaining(events::add);
            List<TurnFrame> frames = frames(events);
            assertThat(frames).extracting(TurnFrame::turnId).containsOnly(turnId);
            assertThat(frames)
                    .extracting(TurnFrame::type)
                    .contains(TurnEvent.FINAL)
                    .endsWith(TurnEvent.DONE);
        }
        assertThat(house.gateway.audited("turn.started")).containsExactly(turnId);
    }

    private static List<String> pendingIn(TurnFrame parked) {
        List<String> ids = new ArrayList<>();
        if (parked.payload().get("pending_approvals") instanceof List<?> list) {
            list.forEach(each -> ids.add(String.valueOf(((Map<?, ?>) each).get("approval_id"))));
        }
        return ids;
    }

    private static TurnFrame lastBut(List<TurnFrame> frames, int count) {
        return frames.get(frames.size() - 1 - count);
    }

    /** The frames of a whole stream: each says what its event says, and they are numbered from 1. */
    private static List<TurnFrame> frames(List<ServerEvent> events) {
        List<TurnFrame> frames = new ArrayList<>();
        for (ServerEvent event : events) {
            TurnFrame frame = frame(event);
            assertThat(frame.type()).isEqualTo(event.event());
            assertThat(frame.seq()).isEqualTo(frames.size() + 1);
            assertThat(event.id()).isEqualTo(String.valueOf(frame.seq()));
            frames.add(frame);
        }
        assertThat(frames)
                .extracting(TurnFrame::turnId)
                .doesNotContainNull()
                .containsOnly(frames.getFirst().turnId());
        return frames;
    }

    private static TurnFrame frame(ServerEvent event) {
        return Shape.of(TurnFrame.class).readAnswer(event.data());
    }

    private static void refused(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
