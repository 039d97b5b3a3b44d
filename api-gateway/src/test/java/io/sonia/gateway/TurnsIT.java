package io.sonia.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.evaos.GateRequest;
import io.sonia.contracts.gateway.Action;
import io.sonia.contracts.gateway.ActionState;
import io.sonia.contracts.gateway.CallStatus;
import io.sonia.contracts.gateway.ChatAnswer;
import io.sonia.contracts.gateway.CompletionReason;
import io.sonia.contracts.gateway.SessionClosed;
import io.sonia.contracts.gateway.SessionStatus;
import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnCancelled;
import io.sonia.contracts.gateway.TurnRequest;
import io.sonia.contracts.gateway.TurnState;
import io.sonia.contracts.memory.SearchRequest;
import io.sonia.contracts.memory.StoreRequest;
import io.sonia.contracts.openclaw.ExecuteRequest;
import io.sonia.contracts.router.ChatEvent;
import io.sonia.contracts.router.ChatMessage;
import io.sonia.contracts.router.ChatRequest;
import io.sonia.contracts.router.MessageRole;
import io.sonia.contracts.router.RecalledMemory;
import io.sonia.contracts.router.RoutePolicy;
import io.sonia.contracts.router.ToolReport;
import io.sonia.contracts.router.ToolSpec;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Answer;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.ServerEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Turns from the request to their end, through the whole gateway. */
@Timeout(60)
class TurnsIT {

    @TempDir
    Path folder;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private House house;
    private Behind behind;

    @BeforeEach
    void open() throws IOException {
        house = new House(folder);
        behind = house.behind;
    }

    @AfterEach
    void close() {
        house.close();
        threads.shutdownNow();
    }

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
        assertThat(audited("turn.started")).containsExactly(turn.turnId());
        assertThat(audited("turn.completed")).containsExactly(turn.turnId());
        assertThat(audited("session.created")).containsExactly(turn.sessionId());
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
        assertThat(asked().getFirst().messages())
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
        assertThat(asked().getFirst().messages())
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
        SoniaException failure = failure(() -> house.gateway.turn("hello"));
        assertThat(failure.code()).isEqualTo(ErrorCode.NO_BACKEND_AVAILABLE);
        String turnId = String.valueOf(failure.details().get("turn_id"));
        Turn turn = house.gateway.get(turnId);
        assertThat(turn.state()).isEqualTo(TurnState.FAILED);
        assertThat(turn.error().code()).isEqualTo("NO_BACKEND_AVAILABLE");
        assertThat(turn.quality().completionReason()).isEqualTo(CompletionReason.ERROR);
        assertThat(audited("turn.failed")).containsExactly(turnId);
        assertThat(behind.count(Operation.MEMORY_STORE)).isZero();
        assertThat(house.gateway.turn("again").state()).isEqualTo(TurnState.COMPLETED);
    }

    @Test
    void anEmptyAnswerIsAFailureNotAnAnswer() {
        behind.modelSays(" \u0007\n ");
        assertThat(failure(() -> house.gateway.turn("hello")).code()).isEqualTo(ErrorCode.MODEL_FAILED);
    }

    @Test
    void anAnswerThatNobodyCouldExpectEndsTheTurnToo() {
        behind.intercept(
                Operation.MODEL_CHAT,
                call -> new Reply.Events(stream ->
                        stream.send(ChatEvent.ERROR, new ChatEvent.Failed("NO_CODE_OF_OURS", "?", false, Map.of()))));
        List<ServerEvent> events = house.gateway.stream(TurnRequest.of("hello", "default", 0), null);
        assertThat(events).extracting(ServerEvent::event).endsWith("error", "done");
        String turnId = audited("turn.failed").getFirst();
        assertThat(house.gateway.get(turnId).error().code()).isEqualTo("INTERNAL_ERROR");
        assertThat(house.gateway.turn("again").state()).isEqualTo(TurnState.COMPLETED);
    }

    @Test
    void theModelSeesWhatWasSaidBeforeInTheSession() {
        behind.modelSays("first answer");
        house.gateway.turn("first question");
        house.gateway.turn("second question");
        assertThat(asked().getLast().messages())
                .filteredOn(message -> message.role() != MessageRole.SYSTEM)
                .extracting(ChatMessage::text)
                .containsExactly("first question", "first answer", "second question");
    }

    @Test
    void aChatIsAskedAsItsCallerWishes() {
        ChatAnswer answer = chat("lab/tiny/q4");
        assertThat(answer.response()).isNotEmpty();
        ChatRequest asked = asked().getLast();
        assertThat(asked.temperature()).isEqualTo(0.1);
        assertThat(asked.maxTokens()).isEqualTo(99);
        assertThat(asked.policy()).isEqualTo(RoutePolicy.PROVIDER_PINNED);
        assertThat(asked.provider()).isEqualTo("lab");
        assertThat(asked.model()).isEqualTo("tiny/q4");
        assertThat(asked.profile()).isEqualTo("reasoning_deep");
        assertThat(asked.tools()).isEmpty();
        chat("lab");
        assertThat(asked().getLast().provider()).isEqualTo("lab");
        assertThat(asked().getLast().model()).isNull();
        chat(null);
        assertThat(asked().getLast().policy()).isEqualTo(RoutePolicy.CLOUD_ALLOWED);
        assertThat(asked().getLast().provider()).isNull();
    }

    @Test
    void aTurnIsAskedAsTheRouterDoes() {
        house.gateway.turn("hello");
        ChatRequest plain = ChatRequest.of(List.of(), List.of(), null);
        ChatRequest asked = asked().getLast();
        assertThat(asked.temperature()).isEqualTo(plain.temperature());
        assertThat(asked.maxTokens()).isEqualTo(plain.maxTokens());
        assertThat(asked.policy()).isEqualTo(plain.policy());
    }

    private ChatAnswer chat(String model) {
        return house.gateway
                .ask(Operation.CHAT)
                .body(new io.sonia.contracts.gateway.ChatRequest("hello", null, null, model, "reasoning_deep", 0.1, 99))
                .send(ChatAnswer.class);
    }

    @Test
    void aHarmlessToolRunsAndItsResultGoesBackToTheModel() {
        behind.modelAsks(Answers.call("call_1", Behind.HARMLESS));
        behind.modelSays("There is one file.");
        Turn turn = house.gateway.turn("list files");
        assertThat(turn.assistantText()).isEqualTo("There is one file.");
        assertThat(behind.ran()).containsExactly(Behind.HARMLESS);
        Turn.Result result = turn.toolResults().getFirst();
        assertThat(result.status()).isEqualTo(CallStatus.EXECUTED);
        assertThat(result.result()).isEqualTo(Answers.RESULT);
        assertThat(turn.quality().toolCallsExecuted()).isEqualTo(1);
        assertThat(report(asked().getLast(), "call_1").status()).isEqualTo(ToolReport.Status.EXECUTED);
        assertThat(house.gateway.actions(turn.turnId()))
                .extracting(Action::state)
                .containsExactly(ActionState.SUCCEEDED);
    }

    @Test
    void aToolThatPolicyGrantsRunsWithTheGrant() {
        behind.modelAsks(Answers.call("call_1", Behind.GRANTED));
        Turn turn = house.gateway.turn("run it");
        ExecuteRequest executed =
                behind.inputs(Operation.EXECUTE, ExecuteRequest.class).getFirst();
        assertThat(executed.approvalToken()).isEqualTo("sgr_policy");
        assertThat(executed.executionId()).isEqualTo(turn.toolCalls().getFirst().actionId());
        assertThat(turn.toolCalls().getFirst().status()).isEqualTo(CallStatus.EXECUTED);
    }

    @Test
    void aToolThatPolicyForbidsIsNotRunAndTheModelIsTold() {
        behind.modelAsks(Answers.call("call_1", Behind.FORBIDDEN));
        Turn turn = house.gateway.turn("fetch it");
        assertThat(turn.state()).isEqualTo(TurnState.COMPLETED);
        assertThat(turn.toolCalls().getFirst().status()).isEqualTo(CallStatus.BLOCKED);
        assertThat(behind.count(Operation.EXECUTE)).isZero();
        ToolReport report = report(asked().getLast(), "call_1");
        assertThat(report.status()).isEqualTo(ToolReport.Status.BLOCKED);
        assertThat(report.code()).isEqualTo("POLICY_DENIED");
    }

    @Test
    void aCallThatTheCheckRefusesNeverReachesTheGate() {
        behind.fail(Operation.EXECUTE_CHECK, SoniaException.of(ErrorCode.PATH_OUTSIDE_SANDBOX));
        behind.modelAsks(Answers.call("call_1", Behind.HARMLESS));
        Turn turn = house.gateway.turn("list files");
        assertThat(turn.toolCalls().getFirst().status()).isEqualTo(CallStatus.BLOCKED);
        assertThat(behind.count(Operation.GATE)).isZero();
        assertThat(report(asked().getLast(), "call_1").code()).isEqualTo("PATH_OUTSIDE_SANDBOX");
    }

    @Test
    void aToolThatFailsIsToldToTheModelAndTheTurnGoesOn() {
        behind.fail(Operation.EXECUTE, SoniaException.of(ErrorCode.TOOL_FAILED));
        behind.modelAsks(Answers.call("call_1", Behind.GRANTED));
        Turn turn = house.gateway.turn("run it");
        assertThat(turn.state()).isEqualTo(TurnState.COMPLETED);
        assertThat(turn.toolCalls().getFirst().status()).isEqualTo(CallStatus.FAILED);
        assertThat(report(asked().getLast(), "call_1").code()).isEqualTo("TOOL_FAILED");
    }

    @Test
    void severalCallsOfOneRoundAreAnsweredInOrder() {
        behind.modelAsks(Answers.call("a", Behind.HARMLESS), Answers.call("b", Behind.FORBIDDEN));
        Turn turn = house.gateway.turn("do both");
        assertThat(turn.toolCalls())
                .extracting(Turn.Call::status)
                .containsExactly(CallStatus.EXECUTED, CallStatus.BLOCKED);
        assertThat(turn.toolCalls()).extracting(Turn.Call::toolCallId).doesNotHaveDuplicates();
        assertThat(asked().getLast().messages())
                .filteredOn(message -> message.role() == MessageRole.TOOL)
                .extracting(ChatMessage::toolCallId)
                .containsExactly("a", "b");
    }

    @Test
    void callIdsThatTheModelUsesAgainAreOtherCalls() {
        behind.modelAsks(Answers.call("same", Behind.GRANTED));
        behind.modelAsks(Answers.call("same", Behind.GRANTED));
        Turn turn = house.gateway.turn("twice");
        assertThat(turn.toolCalls())
                .extracting(Turn.Call::actionId)
                .doesNotHaveDuplicates()
                .hasSize(2);
        assertThat(behind.ran()).hasSize(2);
    }

    @Test
    void aCallThatNeedsAPersonParksTheTurnUntilTheDecision() {
        behind.modelAsks(Answers.call("call_1", Behind.CONFIRMED));
        behind.modelSays("Written.");
        Answer<Turn> parked = house.gateway.send(TurnRequest.of("write it", "default", 0), null);
        assertThat(parked.status()).isEqualTo(202);
        assertThat(parked.data().state()).isEqualTo(TurnState.AWAITING_APPROVAL);
        assertThat(parked.data().quality().completionReason()).isEqualTo(CompletionReason.APPROVAL_PENDING);
        Turn.Pending pending = parked.data().pendingApprovals().getFirst();
        assertThat(pending.toolName()).isEqualTo(Behind.CONFIRMED);
        assertThat(behind.count(Operation.EXECUTE)).isZero();
        behind.decide(pending.approvalId(), ApprovalState.APPROVED);
        Turn turn = house.gateway.await(parked.data().turnId(), TurnState.COMPLETED);
        assertThat(turn.assistantText()).isEqualTo("Written.");
        assertThat(turn.pendingApprovals()).isEmpty();
        assertThat(turn.quality().completionReason()).isEqualTo(CompletionReason.OK);
        assertThat(behind.ran()).containsExactly(Behind.CONFIRMED);
        assertThat(behind.inputs(Operation.EXECUTE, ExecuteRequest.class))
                .extracting(ExecuteRequest::approvalToken)
                .containsExactly("sgr_decided");
        assertThat(audited("turn.waiting")).containsExactly(turn.turnId());
    }

    @Test
    void aTurnMayWaitForTheDecisionBeforeItAnswers() throws Exception {
        behind.modelAsks(Answers.call("call_1", Behind.CONFIRMED));
        Future<Answer<Turn>> asked =
                threads.submit(() -> house.gateway.send(TurnRequest.of("write it", "default", 20_000), null));
        behind.decide(behind.awaitApproval(), ApprovalState.APPROVED);
        Answer<Turn> answer = asked.get(20, TimeUnit.SECONDS);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.data().state()).isEqualTo(TurnState.COMPLETED);
    }

    @Test
    void aDeniedCallIsNotRunAndTheModelIsTold() {
        Turn turn = decided(ApprovalState.DENIED);
        assertThat(turn.toolCalls().getFirst().status()).isEqualTo(CallStatus.DENIED);
        assertThat(turn.quality().completionReason()).isEqualTo(CompletionReason.DENIED);
        assertThat(report(asked().getLast(), "call_1").status()).isEqualTo(ToolReport.Status.DENIED);
        assertThat(behind.count(Operation.EXECUTE)).isZero();
    }

    @Test
    void anExpiredCallIsNotRunAndTheModelIsTold() {
        Turn turn = decided(ApprovalState.EXPIRED);
        assertThat(turn.toolCalls().getFirst().status()).isEqualTo(CallStatus.EXPIRED);
        assertThat(report(asked().getLast(), "call_1").status()).isEqualTo(ToolReport.Status.EXPIRED);
        assertThat(behind.count(Operation.EXECUTE)).isZero();
    }

    @Test
    void theGateIsToldWhatAnApproverNeedsToKnow() {
        Turn turn = decided(ApprovalState.DENIED);
        GateRequest.CallContext context =
                behind.inputs(Operation.GATE, GateRequest.class).getFirst().context();
        assertThat(context.turnId()).isEqualTo(turn.turnId());
        assertThat(context.sessionId()).isEqualTo(turn.sessionId());
        assertThat(context.actionId()).isEqualTo(turn.toolCalls().getFirst().actionId());
        assertThat(context.summary()).contains(Behind.CONFIRMED).contains("docs");
    }

    @Test
    void onlyNamedToolsAreOfferedAndNoneWithoutRounds() {
        TurnRequest named =
                new TurnRequest("hello", null, "default", null, null, Map.of(), List.of(Behind.HARMLESS), 4, 0);
        house.gateway.send(named, null);
        assertThat(asked().getLast().tools()).extracting(ToolSpec::name).containsExactly(Behind.HARMLESS);
        house.gateway.send(TurnRequest.of("hello", "default", 0), null);
        assertThat(asked().getLast().tools()).hasSize(4);
        house.gateway.send(new TurnRequest("hello", null, "default", null, null, Map.of(), null, 0, 0), null);
        assertThat(asked().getLast().tools()).isEmpty();
    }

    @Test
    void afterTheLastRoundNoToolIsOfferedAnyMore() {
        behind.modelAsks(Answers.call("call_1", Behind.HARMLESS));
        behind.modelAsks(Answers.call("call_2", Behind.HARMLESS));
        TurnRequest request = new TurnRequest("again", null, "default", null, null, Map.of(), null, 1, 0);
        SoniaException failure = failure(() -> house.gateway.send(request, null));
        // This model asked for a tool that was not offered and said nothing.
        assertThat(failure.code()).isEqualTo(ErrorCode.MODEL_FAILED);
        assertThat(asked()).extracting(each -> each.tools().isEmpty()).containsExactly(false, true);
        assertThat(behind.ran()).hasSize(1);
    }

    @Test
    void moreCallsThanATurnMayMakeAreRefusedAndTheTurnIsAnswered() {
        for (int i = 0; i < 3; i++) {
            behind.modelAsks(Answers.call("a" + i, Behind.HARMLESS), Answers.call("b" + i, Behind.HARMLESS));
        }
        behind.modelSays("That is all.");
        Turn turn = house.gateway.turn("list everything");
        assertThat(turn.toolCalls())
                .extracting(Turn.Call::status)
                .containsExactly(
                        CallStatus.EXECUTED,
                        CallStatus.EXECUTED,
                        CallStatus.EXECUTED,
                        CallStatus.EXECUTED,
                        CallStatus.EXECUTED,
                        CallStatus.BLOCKED);
        assertThat(turn.quality().completionReason()).isEqualTo(CompletionReason.BUDGET);
        assertThat(asked().getLast().tools()).isEmpty();
        assertThat(report(asked().getLast(), "b2").code()).isEqualTo("BUDGET_EXCEEDED");
    }

    @Test
    void cancellingStopsAModelThatIsStillThinking() throws Exception {
        Hold thinking = behind.holdBefore(Operation.MODEL_CHAT);
        Future<Answer<Turn>> asked =
                threads.submit(() -> house.gateway.send(TurnRequest.of("hello", "default", 0), null));
        thinking.awaitReached();
        String turnId = audited("turn.started").getFirst();
        TurnCancelled cancelled = house.gateway.cancel(turnId);
        assertThat(cancelled.state()).isEqualTo(TurnState.CANCELLED);
        assertThat(cancelled.stopped()).isEqualTo(new TurnCancelled.Stopped(true, false));
        assertThat(asked.get(10, TimeUnit.SECONDS).data().state()).isEqualTo(TurnState.CANCELLED);
        Turn turn = house.gateway.get(turnId);
        assertThat(turn.quality().completionReason()).isEqualTo(CompletionReason.CANCELLED);
        assertThat(turn.assistantText()).isNull();
        assertThat(audited("turn.cancelled")).containsExactly(turnId);
        assertThat(house.gateway.turn("another").state()).isEqualTo(TurnState.COMPLETED);
    }

    @Test
    void cancellingATurnThatWaitsForAPersonWithdrawsTheApproval() {
        behind.modelAsks(Answers.call("call_1", Behind.CONFIRMED));
        Turn parked = house.gateway.turn("write it");
        TurnCancelled cancelled = house.gateway.cancel(parked.turnId());
        assertThat(cancelled.state()).isEqualTo(TurnState.CANCELLED);
        assertThat(cancelled.stopped()).isEqualTo(new TurnCancelled.Stopped(false, true));
        assertThat(behind.count(Operation.APPROVAL_CANCEL)).isEqualTo(1);
        String actionId = parked.toolCalls().getFirst().actionId();
        Action action = house.gateway
                .ask(Operation.ACTION_GET)
                .path("action_id", actionId)
                .query("wait_ms", 10_000)
                .send(Action.class);
        assertThat(action.state()).isEqualTo(ActionState.CANCELLED);
        assertThat(behind.count(Operation.EXECUTE)).isZero();
        assertThat(behind.count(Operation.MODEL_CHAT)).isEqualTo(1);
        assertThat(house.gateway.turn("another").state()).isEqualTo(TurnState.COMPLETED);
    }

    @ParameterizedTest
    @ValueSource(strings = {Behind.HARMLESS, Behind.GRANTED})
    void cancellingEndsTheToolThatRuns(String tool) throws Exception {
        behind.modelAsks(Answers.call("call_1", tool));
        Hold running = behind.holdBefore(Operation.EXECUTE);
        Hold ending = behind.holdBefore(Operation.EXECUTION_CANCEL);
        Future<Answer<Turn>> asked =
                threads.submit(() -> house.gateway.send(TurnRequest.of("do it", "default", 0), null));
        running.awaitReached();
        String turnId = audited("turn.started").getFirst();
        Future<TurnCancelled> cancelling = threads.submit(() -> house.gateway.cancel(turnId));
        ending.awaitReached();
        running.release();
        assertThat(asked.get(10, TimeUnit.SECONDS).data().state()).isEqualTo(TurnState.CANCELLED);
        ending.release();
        TurnCancelled cancelled = cancelling.get(10, TimeUnit.SECONDS);
        assertThat(cancelled.state()).isEqualTo(TurnState.CANCELLED);
        assertThat(cancelled.stopped()).isEqualTo(new TurnCancelled.Stopped(false, true));
        assertThat(behind.count(Operation.MODEL_CHAT)).isEqualTo(1);
    }

    @Test
    void aTurnThatHasItsAnswerCannotBeCancelledWhileItIsRemembered() throws Exception {
        Hold storing = behind.holdBefore(Operation.MEMORY_STORE);
        Future<Answer<Turn>> asked =
                threads.submit(() -> house.gateway.send(TurnRequest.of("hello", "default", 0), null));
        storing.awaitReached();
        String turnId = audited("turn.completed").getFirst();
        assertThat(failure(() -> house.gateway.cancel(turnId)).code()).isEqualTo(ErrorCode.INVALID_STATE);
        storing.release();
        assertThat(asked.get(10, TimeUnit.SECONDS).data().memory().written()).isTrue();
    }

    @Test
    void aTurnIsSeenAsOverOnlyWhenItsSessionIsFree() throws Exception {
        Hold storing = behind.holdBefore(Operation.MEMORY_STORE);
        Future<Answer<Turn>> asked =
                threads.submit(() -> house.gateway.send(TurnRequest.of("hello", "default", 0), null));
        storing.awaitReached();
        String turnId = audited("turn.completed").getFirst();
        assertThat(house.gateway.await(turnId, TurnState.WRITING).assistantText())
                .isNotEmpty();
        assertThat(failure(() -> house.gateway.turn("and now?")).code()).isEqualTo(ErrorCode.TURN_IN_PROGRESS);
        storing.release();
        house.gateway.await(turnId, TurnState.COMPLETED);
        assertThat(house.gateway.turn("and now?").state()).isEqualTo(TurnState.COMPLETED);
        assertThat(asked.get(10, TimeUnit.SECONDS).data().state()).isEqualTo(TurnState.COMPLETED);
    }

    @Test
    void aSessionCanBeClosedWhileItsLastTurnIsRemembered() throws Exception {
        Hold storing = behind.holdBefore(Operation.MEMORY_STORE);
        Future<Answer<Turn>> asked =
                threads.submit(() -> house.gateway.send(TurnRequest.of("hello", "default", 0), null));
        storing.awaitReached();
        assertThat(closed(audited("session.created").getFirst()).status()).isEqualTo(SessionStatus.CLOSED);
        storing.release();
        assertThat(asked.get(10, TimeUnit.SECONDS).data().state()).isEqualTo(TurnState.COMPLETED);
    }

    @Test
    void closingASessionStopsItsTurn() throws Exception {
        Hold thinking = behind.holdBefore(Operation.MODEL_CHAT);
        Future<Answer<Turn>> asked =
                threads.submit(() -> house.gateway.send(TurnRequest.of("hello", "default", 0), null));
        thinking.awaitReached();
        assertThat(closed(audited("session.created").getFirst()).status()).isEqualTo(SessionStatus.CLOSED);
        assertThat(asked.get(10, TimeUnit.SECONDS).data().state()).isEqualTo(TurnState.CANCELLED);
    }

    @Test
    void aCancelThatComesBeforeTheApprovalIsAskedForWithdrawsIt() throws Exception {
        behind.modelAsks(Answers.call("call_1", Behind.CONFIRMED));
        Hold judging = behind.holdBefore(Operation.GATE);
        Hold ending = behind.holdBefore(Operation.EXECUTION_CANCEL);
        Future<Answer<Turn>> asked =
                threads.submit(() -> house.gateway.send(TurnRequest.of("write it", "default", 0), null));
        judging.awaitReached();
        String turnId = audited("turn.started").getFirst();
        Future<TurnCancelled> cancelling = threads.submit(() -> house.gateway.cancel(turnId));
        ending.awaitReached();
        judging.release();
        ending.release();
        assertThat(asked.get(10, TimeUnit.SECONDS).data().state()).isEqualTo(TurnState.CANCELLED);
        assertThat(cancelling.get(10, TimeUnit.SECONDS).state()).isEqualTo(TurnState.CANCELLED);
        assertThat(behind.count(Operation.APPROVAL_CANCEL)).isEqualTo(1);
        assertThat(audited("turn.waiting")).isEmpty();
    }

    @Test
    void aTurnThatIsOverCannotBeCancelled() {
        Turn turn = house.gateway.turn("hello");
        SoniaException refused = failure(() -> house.gateway.cancel(turn.turnId()));
        assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_STATE);
        assertThat(refused.details()).containsEntry("state", "completed");
        assertThat(failure(() -> house.gateway.cancel("turn_unknown")).code()).isEqualTo(ErrorCode.NOT_FOUND);
    }

    @Test
    void aSecondTurnIsRefusedWhileTheFirstOneRuns() throws Exception {
        Hold thinking = behind.holdBefore(Operation.MODEL_CHAT);
        Future<Answer<Turn>> first =
                threads.submit(() -> house.gateway.send(TurnRequest.of("hello", "default", 0), null));
        thinking.awaitReached();
        assertThat(failure(() -> house.gateway.turn("and now?")).code()).isEqualTo(ErrorCode.TURN_IN_PROGRESS);
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
        assertThat(audited("session.created")).hasSize(1);
        assertThat(audited("turn.completed")).hasSize(200);
    }

    /** A call that needed a person, after the decision. */
    private Turn decided(ApprovalState decision) {
        behind.modelAsks(Answers.call("call_1", Behind.CONFIRMED));
        Turn parked = house.gateway.turn("write it");
        behind.decide(parked.pendingApprovals().getFirst().approvalId(), decision);
        return house.gateway.await(parked.turnId(), TurnState.COMPLETED);
    }

    private SessionClosed closed(String sessionId) {
        return house.gateway
                .ask(Operation.SESSION_CLOSE)
                .path("session_id", sessionId)
                .send(SessionClosed.class);
    }

    private List<ChatRequest> asked() {
        return behind.inputs(Operation.MODEL_CHAT, ChatRequest.class);
    }

    private List<String> audited(String operation) {
        return Stores.audited(house.gateway.journal, operation);
    }

    /** What the model was told about a call it had asked for. */
    private static ToolReport report(ChatRequest request, String callId) {
        return request.messages().stream()
                .filter(message -> callId.equals(message.toolCallId()))
                .findFirst()
                .flatMap(message -> ToolReport.of(message.text()))
                .orElseThrow();
    }

    private static SoniaException failure(ThrowingCallable call) {
        SoniaException[] met = new SoniaException[1];
        assertThatThrownBy(call).isInstanceOfSatisfying(SoniaException.class, e -> met[0] = e);
        return met[0];
    }
}
