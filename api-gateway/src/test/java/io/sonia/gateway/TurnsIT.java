package io.sonia.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.gateway.ChatAnswer;
import io.sonia.contracts.gateway.CompletionReason;
import io.sonia.contracts.gateway.Session;
import io.sonia.contracts.gateway.SessionCreate;
import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnRequest;
import io.sonia.contracts.gateway.TurnState;
import io.sonia.contracts.memory.SearchRequest;
import io.sonia.contracts.memory.StoreRequest;
import io.sonia.contracts.router.ChatEvent;
import io.sonia.contracts.router.ChatMessage;
import io.sonia.contracts.router.ChatRequest;
import io.sonia.contracts.router.MessageRole;
import io.sonia.contracts.router.RecalledMemory;
import io.sonia.contracts.router.RoutePolicy;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Answer;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.ServerEvent;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Turns from the request to their end, through the whole gateway. */
class TurnsIT extends GatewayCase {

    @Test
    void aPlainTurnIsAnsweredStoredAndOnRecord() {
        behind.modelSays("Good morning.");
        Answer<Turn> answer = house.gateway.send(TurnRequest.of("hello", "kitchen", 0), null);
        Turn turn = answer.data();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(turn.state()).isEqualTo(TurnState.COMPLETED);
        assertThat(turn.assistantText()).isEqualTo("Good morning.");
        assertThat(turn.userId()).isEqualTo(Keys.OPERATOR);
        assertThat(turn.conversationId()).isEqualTo("kitchen");
        assertThat(turn.quality().completionReason()).isEqualTo(CompletionReason.OK);
        assertThat(turn.quality().rounds()).isEqualTo(1);
        assertThat(turn.routeDecision().selectedBackend()).isEqualTo("lab/small");
        assertThat(turn.usage().promptTokens()).isEqualTo(3);
        assertThat(turn.completedAt()).isNotNull();
        assertThat(turn.error()).isNull();
        assertThat(house.gateway.get(turn.turnId()).assistantText()).isEqualTo("Good morning.");
        assertThat(house.gateway.audited("turn.started")).containsExactly(turn.turnId());
        assertThat(house.gateway.audited("turn.completed")).containsExactly(turn.turnId());
        assertThat(house.gateway.audited("session.created")).containsExactly(turn.sessionId());
    }

    @Test
    void whatWasSaidGoesToTheMemoryOnce() {
        Turn turn = house.gateway.turn("my locker code is 4711");
        assertThat(turn.memory().written()).isTrue();
        assertThat(turn.memory().deferred()).isFalse();
        assertThat(turn.memory().ids()).hasSize(1);
        StoreRequest stored =
                behind.inputs(Operation.MEMORY_STORE, StoreRequest.class).getFirst();
        assertThat(behind.count(Operation.MEMORY_STORE)).isEqualTo(1);
        assertThat(stored.type()).isEqualTo("turn_raw");
        assertThat(stored.content()).isEqualTo("my locker code is 4711");
        assertThat(stored.userId()).isEqualTo(Keys.OPERATOR);
        assertThat(stored.sessionId()).isEqualTo(turn.sessionId());
        assertThat(stored.metadata()).containsEntry("turn_id", turn.turnId());
    }

    @Test
    void whatIsRecalledIsShownToTheModel() {
        behind.memories = List.of(Answers.memory("mem_a", "the code is 4711"));
        Turn turn = house.gateway.turn("what is my code?");
        assertThat(turn.memory().retrievedCount()).isEqualTo(1);
        assertThat(turn.memory().degraded()).isFalse();
        SearchRequest search =
                behind.inputs(Operation.MEMORY_SEARCH, SearchRequest.class).getFirst();
        assertThat(search.query()).isEqualTo("what is my code?");
        assertThat(search.userId()).isEqualTo(Keys.OPERATOR);
        assertThat(behind.asked().getFirst().messages())
                .flatExtracting(RecalledMemory::in)
                .extracting(RecalledMemory::content)
                .containsExactly("the code is 4711");
    }

    @Test
    void aRecallThatFailsLeavesADegradedTurn() {
        behind.fail(Operation.MEMORY_SEARCH, SoniaException.of(ErrorCode.STORAGE_UNAVAILABLE));
        Turn turn = house.gateway.turn("hello");
        assertThat(turn.state()).isEqualTo(TurnState.COMPLETED);
        assertThat(turn.memory().degraded()).isTrue();
        assertThat(turn.memory().retrievedCount()).isZero();
        assertThat(behind.asked().getFirst().messages())
                .flatExtracting(RecalledMemory::in)
                .isEmpty();
    }

    @Test
    void aLongQuestionIsSearchedForByItsBeginning() {
        String beginning = "x".repeat(3999);
        house.gateway.turn(beginning + "\uD83D\uDE00 and more");
        assertThat(behind.inputs(Operation.MEMORY_SEARCH, SearchRequest.class))
                .extracting(SearchRequest::query)
                .containsExactly(beginning);
    }

    @Test
    void aModelThatFailsEndsTheTurnWithItsCode() {
        behind.model(request -> {
            throw SoniaException.of(ErrorCode.NO_BACKEND_AVAILABLE);
        });
        SoniaException failure = Refusal.of(() -> house.gateway.turn("hello"));
        assertThat(failure.code()).isEqualTo(ErrorCode.NO_BACKEND_AVAILABLE);
        String turnId = String.valueOf(failure.details().get("turn_id"));
        Turn turn = house.gateway.get(turnId);
        assertThat(turn.state()).isEqualTo(TurnState.FAILED);
        assertThat(turn.error().code()).isEqualTo("NO_BACKEND_AVAILABLE");
        assertThat(turn.quality().completionReason()).isEqualTo(CompletionReason.ERROR);
        assertThat(house.gateway.audited("turn.failed")).containsExactly(turnId);
        assertThat(behind.count(Operation.MEMORY_STORE)).isZero();
        assertThat(house.gateway.turn("again").state()).isEqualTo(TurnState.COMPLETED);
    }

    @Test
    void anEmptyAnswerIsAFailureNotAnAnswer() {
        behind.modelSays(" \u0007\n ");
        assertThat(Refusal.of(() -> house.gateway.turn("hello")).code()).isEqualTo(ErrorCode.MODEL_FAILED);
    }

    @Test
    void anAnswerThatNobodyCouldExpectEndsTheTurnToo() {
        behind.intercept(
                Operation.MODEL_CHAT,
                call -> new Reply.Events(stream ->
                        stream.send(ChatEvent.ERROR, new ChatEvent.Failed("NO_CODE_OF_OURS", "?", false, Map.of()))));
        List<ServerEvent> events = house.gateway.stream(TurnRequest.of("hello", "default", 0), null);
        assertThat(events).extracting(ServerEvent::event).endsWith("error", "done");
        String turnId = house.gateway.audited("turn.failed").getFirst();
        assertThat(house.gateway.get(turnId).error().code()).isEqualTo("DEPENDENCY_FAILED");
        assertThat(house.gateway.turn("again").state()).isEqualTo(TurnState.COMPLETED);
    }

    @Test
    void theModelSeesWhatWasSaidBeforeInTheSession() {
        behind.modelSays("first answer");
        house.gateway.turn("first question");
        house.gateway.turn("second question");
        assertThat(behind.asked().getLast().messages())
                .filteredOn(message -> message.role() != MessageRole.SYSTEM)
                .extracting(ChatMessage::text)
                .containsExactly("first question", "first answer", "second question");
    }

    @Test
    void aChatIsAskedAsItsCallerWishes() {
        ChatAnswer answer = chat("lab/tiny/q4");
        assertThat(answer.response()).isNotEmpty();
        ChatRequest asked = behind.asked().getLast();
        assertThat(asked.temperature()).isEqualTo(0.1);
        assertThat(asked.maxTokens()).isEqualTo(99);
        assertThat(asked.policy()).isEqualTo(RoutePolicy.PROVIDER_PINNED);
        assertThat(asked.provider()).isEqualTo("lab");
        assertThat(asked.model()).isEqualTo("tiny/q4");
        assertThat(asked.profile()).isEqualTo("reasoning_deep");
        assertThat(asked.tools()).isEmpty();
        chat("lab");
        assertThat(behind.asked().getLast().provider()).isEqualTo("lab");
        assertThat(behind.asked().getLast().model()).isNull();
        chat(null);
        assertThat(behind.asked().getLast().policy()).isEqualTo(RoutePolicy.CLOUD_ALLOWED);
        assertThat(behind.asked().getLast().provider()).isNull();
    }

    @Test
    void aTurnIsAskedAsTheRouterDoes() {
        house.gateway.turn("hello");
        ChatRequest plain = ChatRequest.of(List.of(), List.of(), null);
        ChatRequest asked = behind.asked().getLast();
        assertThat(asked.temperature()).isEqualTo(plain.temperature());
        assertThat(asked.maxTokens()).isEqualTo(plain.maxTokens());
        assertThat(asked.policy()).isEqualTo(plain.policy());
    }

    @Test
    void aSessionIsFreeWithTheEndOfItsTurnOnRecordThoughItsMemoriesAreStillOnTheirWay() throws Exception {
        Hold storing = behind.holdBefore(Operation.MEMORY_STORE);
        Future<Answer<Turn>> asked = asking("hello");
        storing.awaitReached();
        String turnId = house.gateway.audited("turn.completed").getFirst();
        assertThat(house.gateway.await(turnId, TurnState.WRITING).assistantText())
                .isNotEmpty();
        Future<Answer<Turn>> next = asking("and now?");
        assertThat(next.get(10, TimeUnit.SECONDS).data().state()).isEqualTo(TurnState.COMPLETED);
        storing.release();
        house.gateway.await(turnId, TurnState.COMPLETED);
        assertThat(asked.get(10, TimeUnit.SECONDS).data().state()).isEqualTo(TurnState.COMPLETED);
    }

    @Test
    void aSecondTurnIsRefusedWhileTheFirstOneRuns() throws Exception {
        Hold thinking = behind.holdBefore(Operation.MODEL_CHAT);
        Future<Answer<Turn>> first = asking("hello");
        thinking.awaitReached();
        assertThat(Refusal.of(() -> house.gateway.turn("and now?")).code()).isEqualTo(ErrorCode.TURN_IN_PROGRESS);
        thinking.release();
        assertThat(first.get(10, TimeUnit.SECONDS).data().state()).isEqualTo(TurnState.COMPLETED);
    }

    @Test
    void theNextMessageIsTakenAsSoonAsTheLastOneIsAnswered() {
        for (int i = 0; i < 100; i++) {
            assertThat(house.gateway.turn("plain " + i).state()).isEqualTo(TurnState.COMPLETED);
            assertThat(house.gateway.stream(TurnRequest.of("streamed " + i, "default", 0), null))
                    .last()
                    .satisfies(event -> assertThat(event.event()).isEqualTo("done"));
        }
        assertThat(house.gateway.audited("session.created")).hasSize(1);
        assertThat(house.gateway.audited("turn.completed")).hasSize(200);
    }

    @Test
    void aSessionIsToldOnceAlsoIfItWasMadeBeforeItsFirstTurn() {
        String made = house.gateway
                .ask(Operation.SESSION_CREATE)
                .body(new SessionCreate(null, "default", "chat_low_latency", Map.of(), 86_400, 3_600))
                .send(Session.class)
                .sessionId();
        assertThat(house.gateway.turn("hello").sessionId()).isEqualTo(made);
        assertThat(house.gateway.audited("session.create")).containsExactly(made);
        assertThat(house.gateway.audited("session.created")).isEmpty();
    }

    private ChatAnswer chat(String model) {
        return house.gateway
                .ask(Operation.CHAT)
                .body(new io.sonia.contracts.gateway.ChatRequest("hello", null, null, model, "reasoning_deep", 0.1, 99))
                .send(ChatAnswer.class);
    }
}
