package io.sonia.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.gateway.ChatAnswer;
import io.sonia.contracts.gateway.ChatRequest;
import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnEvent;
import io.sonia.contracts.gateway.TurnFrame;
import io.sonia.contracts.gateway.TurnRequest;
import io.sonia.contracts.gateway.TurnState;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Answer;
import io.sonia.kernel.http.EventSource;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Shape;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Turns asked for again under the same idempotency key: there is one turn, however it is asked for. */
class TurnRepeatsIT extends GatewayCase {

    private static final String KEY = "key-1";
    private static final TurnRequest HELLO = TurnRequest.of("hello", "default", 0);
    private static final ChatRequest CHAT = new ChatRequest("hello", null, null, null, "chat_low_latency", 0.7, 2048);

    @Test
    void anAnsweredTurnIsAnsweredTheSameAgain() {
        Answer<Turn> first = house.gateway.send(HELLO, KEY);
        assertThat(house.gateway.send(HELLO, KEY)).isEqualTo(first);
        oneTurn(first.data().turnId());
    }

    @Test
    void withoutAKeyEachRequestIsATurnOfItsOwn() {
        assertThat(house.gateway.send(HELLO, null).data().turnId())
                .isNotEqualTo(house.gateway.send(HELLO, null).data().turnId());
    }

    @Test
    void anAnsweredTurnIsStreamedAsItsEnd() {
        Turn turn = house.gateway.send(HELLO, KEY).data();
        List<TurnFrame> frames = stream(HELLO);
        assertThat(frames).extracting(TurnFrame::type).containsExactly(TurnEvent.FINAL, TurnEvent.DONE);
        assertThat(frames).extracting(TurnFrame::seq).containsExactly(1L, 2L);
        assertThat(frames).extracting(TurnFrame::turnId).containsOnly(turn.turnId());
        assertThat(frames.getFirst().payload()).containsEntry("assistant_text", turn.assistantText());
        oneTurn(turn.turnId());
    }

    @Test
    void aStreamedTurnIsAnsweredAndStreamedAgain() {
        String turnId = stream(HELLO).getFirst().turnId();
        assertThat(house.gateway.send(HELLO, KEY).data().turnId()).isEqualTo(turnId);
        assertThat(stream(HELLO)).extracting(TurnFrame::type).containsExactly(TurnEvent.FINAL, TurnEvent.DONE);
        oneTurn(turnId);
    }

    @Test
    void aChatIsRepeatedLikeATurn() {
        ChatAnswer answered = chat();
        assertThat(chat()).isEqualTo(answered);
        List<TurnFrame> frames = stream(Operation.CHAT, CHAT);
        assertThat(frames).extracting(TurnFrame::type).containsExactly(TurnEvent.FINAL, TurnEvent.DONE);
        assertThat(frames.getFirst().payload()).containsEntry("assistant_text", answered.response());
        oneTurn(frames.getFirst().turnId());
    }

    @Test
    void aParkedTurnIsParkedAgainAndThenShowsItsEnd() {
        behind.modelAsks(Answers.call("call_1", Behind.CONFIRMED));
        Answer<Turn> parked = house.gateway.send(HELLO, KEY);
        assertThat(parked.status()).isEqualTo(202);
        assertThat(stream(HELLO)).extracting(TurnFrame::type).containsExactly(TurnEvent.PARKED, TurnEvent.DONE);
        behind.decide(parked.data().pendingApprovals().getFirst().approvalId(), ApprovalState.APPROVED);
        house.gateway.await(parked.data().turnId(), TurnState.COMPLETED);
        assertThat(stream(HELLO)).extracting(TurnFrame::type).endsWith(TurnEvent.FINAL, TurnEvent.DONE);
        assertThat(house.gateway.send(HELLO, KEY)).isEqualTo(parked);
        assertThat(behind.ran()).containsExactly(Behind.CONFIRMED);
    }

    @Test
    void aTurnThatWasParkedInAStreamIsParkedAgain() {
        behind.modelAsks(Answers.call("call_1", Behind.CONFIRMED));
        String turnId = stream(HELLO).getFirst().turnId();
        Answer<Turn> repeated = house.gateway.send(HELLO, KEY);
        assertThat(repeated.status()).isEqualTo(202);
        assertThat(repeated.data().turnId()).isEqualTo(turnId);
    }

    @Test
    void aFailedTurnFailsAgainWithoutAskingTheModel() {
        behind.model(request -> {
            throw SoniaException.of(ErrorCode.MODEL_FAILED);
        });
        SoniaException first = Refusal.of(() -> house.gateway.send(HELLO, KEY));
        SoniaException again = Refusal.of(() -> house.gateway.send(HELLO, KEY));
        assertThat(again.code()).isEqualTo(ErrorCode.MODEL_FAILED);
        assertThat(again.details().get("turn_id")).isEqualTo(first.details().get("turn_id"));
        List<TurnFrame> frames = stream(HELLO);
        assertThat(frames).extracting(TurnFrame::type).containsExactly(TurnEvent.ERROR, TurnEvent.DONE);
        assertThat(frames.getFirst().payload()).containsEntry("code", "MODEL_FAILED");
        assertThat(behind.count(Operation.MODEL_CHAT)).isEqualTo(1);
    }

    @Test
    void aKeyIsForOneRequestHoweverItWasAnswered() {
        TurnRequest other = TurnRequest.of("something else", "default", 0);
        house.gateway.send(HELLO, KEY);
        mismatch(() -> house.gateway.send(other, KEY));
        mismatch(() -> house.gateway.stream(other, KEY));
        house.gateway.stream(HELLO, "key-2");
        mismatch(() -> house.gateway.send(other, "key-2"));
        mismatch(() -> house.gateway.stream(other, "key-2"));
        assertThat(behind.count(Operation.MODEL_CHAT)).isEqualTo(2);
    }

    private static void mismatch(ThrowingCallable call) {
        SoniaException refused = Refusal.of(call);
        assertThat(refused.code()).isEqualTo(ErrorCode.IDEMPOTENCY_MISMATCH);
        assertThat(refused.details()).containsEntry("differs", "body");
    }

    private void oneTurn(String turnId) {
        assertThat(behind.count(Operation.MODEL_CHAT)).isEqualTo(1);
        assertThat(house.gateway.audited("turn.started")).containsExactly(turnId);
    }

    private ChatAnswer chat() {
        return house.gateway.ask(Operation.CHAT).body(CHAT).idempotencyKey(KEY).send(ChatAnswer.class);
    }

    private List<TurnFrame> stream(TurnRequest request) {
        return stream(Operation.TURN, request);
    }

    private List<TurnFrame> stream(Operation operation, Record request) {
        List<TurnFrame> frames = new ArrayList<>();
        try (EventSource events =
                house.gateway.ask(operation).body(request).idempotencyKey(KEY).events()) {
            events.forEachRemaining(
                    event -> frames.add(Shape.of(TurnFrame.class).readAnswer(event.data())));
        }
        return frames;
    }
}
