package io.sonia.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.evaos.GateRequest;
import io.sonia.contracts.gateway.Action;
import io.sonia.contracts.gateway.ActionAnswer;
import io.sonia.contracts.gateway.ActionRequest;
import io.sonia.contracts.gateway.ActionState;
import io.sonia.contracts.gateway.DeadLetter;
import io.sonia.contracts.gateway.DeadLetterAnswer;
import io.sonia.contracts.gateway.DeadLetterDiscarded;
import io.sonia.contracts.gateway.DeadLetterList;
import io.sonia.contracts.gateway.DeadLetterReplayed;
import io.sonia.contracts.gateway.FailureClass;
import io.sonia.contracts.gateway.LetterState;
import io.sonia.journal.Journal;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Answer;
import io.sonia.kernel.http.Operation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Failed actions: which are kept, and how they are replayed, once, by the policy of now. */
class DeadLettersIT extends GatewayCase {

    private static final int RACERS = 16;

    @Test
    void aFailureThatMayPassIsKeptWithItsCauseAndCall() {
        String actionId = late(Behind.GRANTED);
        DeadLetter letter = onlyLetter();
        assertThat(letter.actionId()).isEqualTo(actionId);
        assertThat(letter.intent()).isEqualTo(Behind.GRANTED);
        assertThat(letter.params()).isEqualTo(ARGS);
        assertThat(letter.failureClass()).isEqualTo(FailureClass.TIMEOUT);
        assertThat(letter.errorCode()).isEqualTo("TIMEOUT");
        assertThat(letter.correlationId()).isEqualTo(action(actionId).correlationId());
        assertThat(letter.replayGeneration()).isZero();
        assertThat(letter(letter.letterId())).isEqualTo(letter);
        assertThat(house.gateway.audited("dead_letter.changed")).containsExactly(letter.letterId());
        house.restart();
        assertThat(onlyLetter()).isEqualTo(letter);
    }

    @ParameterizedTest
    @CsvSource({
        "file.list, TOOL_FAILED, EXECUTION_ERROR",
        "file.list, UNAVAILABLE, CONNECTION_BOOTSTRAP",
        "shell.run, BUDGET_EXCEEDED, BACKPRESSURE",
        "shell.run, TOOL_FAILED,",
        "shell.run, VERIFICATION_FAILED,",
        "shell.run, PATH_OUTSIDE_SANDBOX,",
        "shell.run, INTERNAL_ERROR,",
    })
    void onlyWhatMaySucceedAnotherTimeIsKept(String tool, ErrorCode code, FailureClass kept) {
        behind.fail(Operation.EXECUTE, SoniaException.of(code));
        assertThat(Refusal.of(() -> act(tool, null)).code()).isEqualTo(code);
        assertThat(letters(true).deadLetters())
                .extracting(DeadLetter::failureClass)
                .isEqualTo(kept == null ? List.of() : List.of(kept));
    }

    @Test
    void aReplayIsJudgedAnewAndExecutedUnderTheFirstRequestsName() {
        late(Behind.GRANTED);
        DeadLetter letter = onlyLetter();
        DeadLetterReplayed replayed = replay(letter).data();
        Action action = replayed.action();
        assertThat(action.state()).isEqualTo(ActionState.SUCCEEDED);
        assertThat(action.replayOf()).isEqualTo(letter.actionId());
        assertThat(action.replayGeneration()).isEqualTo(1);
        assertThat(action.correlationId()).isEqualTo(letter.correlationId());
        assertThat(replayed.replayDiff().wouldSucceed()).isTrue();
        assertThat(replayed.replayDiff().originalErrorCode()).isEqualTo("TIMEOUT");
        assertThat(behind.count(Operation.GATE)).isEqualTo(2);
        assertThat(behind.ran()).containsExactly(Behind.GRANTED);
        DeadLetter after = letter(letter.letterId());
        assertThat(after.state()).isEqualTo(LetterState.REPLAYED);
        assertThat(after.replayed()).isTrue();
        assertThat(after.replayedAt()).isNotNull();
        assertThat(after.replayActionId()).isEqualTo(action.actionId());
        assertThat(letters(false).deadLetters()).isEmpty();
        SoniaException again = Refusal.of(() -> replay(letter));
        assertThat(again.code()).isEqualTo(ErrorCode.ALREADY_REPLAYED);
        assertThat(again.details()).containsEntry("replay_action_id", action.actionId());
    }

    @Test
    void aDryRunAsksTheCheckAndTheGateAndLeavesNothing() {
        late(Behind.GRANTED);
        DeadLetter letter = onlyLetter();
        long entries = house.gateway.journal.chain().head().size();
        DeadLetterReplayed tried = dryRun(letter);
        assertThat(tried.replayDiff().replayDryRun()).isTrue();
        assertThat(tried.replayDiff().replayState()).isEqualTo(ActionState.APPROVED);
        assertThat(tried.replayDiff().wouldSucceed()).isTrue();
        assertThat(behind.inputs(Operation.GATE, GateRequest.class).getLast().dryRun())
                .isTrue();
        behind.fail(Operation.EXECUTE_CHECK, SoniaException.of(ErrorCode.PATH_OUTSIDE_SANDBOX));
        DeadLetterReplayed refused = dryRun(letter);
        assertThat(refused.replayDiff().wouldSucceed()).isFalse();
        assertThat(refused.action().execution().error().code()).isEqualTo("PATH_OUTSIDE_SANDBOX");
        assertThat(onlyLetter()).isEqualTo(letter);
        assertThat(behind.count(Operation.EXECUTE)).isEqualTo(1);
        assertThat(house.gateway.journal.chain().head().size()).isEqualTo(entries);
        assertThat(Refusal.of(() -> action(tried.action().actionId())).code()).isEqualTo(ErrorCode.NOT_FOUND);
    }

    @ParameterizedTest
    @CsvSource({"APPROVED, REPLAYED, SUCCEEDED", "DENIED, OPEN, DENIED", "EXPIRED, OPEN, EXPIRED"})
    void aReplayThatWaitsForAPersonIsReplayedOnlyIfItRuns(
            ApprovalState decision, LetterState letterEnds, ActionState actionEnds) throws Exception {
        String letterId = confirmedAndLate();
        Answer<DeadLetterReplayed> asked = replay(letter(letterId));
        assertThat(asked.status()).isEqualTo(202);
        assertThat(asked.data().replayDiff().wouldSucceed()).isNull();
        assertThat(letter(letterId).state()).isEqualTo(LetterState.CLAIMED);
        assertThat(Refusal.of(() -> replay(letter(letterId))).code()).isEqualTo(ErrorCode.ALREADY_REPLAYED);
        assertThat(Refusal.of(() -> discard(letterId)).code()).isEqualTo(ErrorCode.ALREADY_REPLAYED);
        behind.decide(behind.awaitApproval(), decision);
        assertThat(settled(asked.data().action().actionId()).state()).isEqualTo(actionEnds);
        assertThat(letter(letterId).state()).isEqualTo(letterEnds);
        assertThat(letter(letterId).replayed()).isEqualTo(letterEnds == LetterState.REPLAYED);
    }

    @Test
    void aReplayThatIsRefusedOrNeverBeginsLeavesTheLetterOpen() {
        late(Behind.GRANTED);
        DeadLetter letter = onlyLetter();
        behind.fail(Operation.EXECUTE_CHECK, SoniaException.of(ErrorCode.PATH_OUTSIDE_SANDBOX));
        assertThat(Refusal.of(() -> replay(letter)).code()).isEqualTo(ErrorCode.PATH_OUTSIDE_SANDBOX);
        assertThat(onlyLetter().state()).isEqualTo(LetterState.OPEN);
        behind.fail(Operation.GATE, SoniaException.of(ErrorCode.UNAVAILABLE));
        assertThat(Refusal.of(() -> replay(letter)).code()).isEqualTo(ErrorCode.UNAVAILABLE);
        behind.fail(Operation.EXECUTE, SoniaException.of(ErrorCode.BUDGET_EXCEEDED));
        assertThat(replay(letter).data().action().state()).isEqualTo(ActionState.FAILED);
        assertThat(onlyLetter().state()).isEqualTo(LetterState.OPEN);
        assertThat(replay(letter).data().action().replayGeneration()).isEqualTo(4);
        assertThat(letters(false).deadLetters()).isEmpty();
    }

    @Test
    void aReplayThatRunsAndFailsAgainLeavesALetterOfItsOwn() {
        late(Behind.GRANTED);
        DeadLetter first = onlyLetter();
        behind.fail(Operation.EXECUTE, SoniaException.of(ErrorCode.TIMEOUT).with("execution_id", "exe_1"));
        Action again = replay(first).data().action();
        assertThat(again.state()).isEqualTo(ActionState.TIMEOUT);
        DeadLetter second = onlyLetter();
        assertThat(second.actionId()).isEqualTo(again.actionId());
        assertThat(second.replayGeneration()).isEqualTo(1);
        assertThat(second.correlationId()).isEqualTo(first.correlationId());
        assertThat(letter(first.letterId()).state()).isEqualTo(LetterState.REPLAYED);
        assertThat(replay(second).data().action().replayGeneration()).isEqualTo(2);
    }

    @Test
    void ofManyReplaysAtOnceOneIsExecuted() throws Exception {
        late(Behind.GRANTED);
        DeadLetter letter = onlyLetter();
        CountDownLatch start = new CountDownLatch(1);
        List<Future<String>> all = new ArrayList<>();
        for (int i = 0; i < RACERS; i++) {
            all.add(meanwhile(() -> {
                start.await();
                try {
                    return replay(letter).data().action().state().name();
                } catch (SoniaException lost) {
                    return lost.code().name();
                }
            }));
        }
        start.countDown();
        List<String> ends = new ArrayList<>();
        for (Future<String> each : all) {
            ends.add(each.get(30, TimeUnit.SECONDS));
        }
        assertThat(ends).filteredOn("SUCCEEDED"::equals).hasSize(1);
        assertThat(ends).filteredOn("ALREADY_REPLAYED"::equals).hasSize(RACERS - 1);
        assertThat(behind.ran()).containsExactly(Behind.GRANTED);
        assertThat(behind.count(Operation.GATE)).isEqualTo(2);
    }

    @Test
    void aCrashBeforeTheReplayIsOnRecordGivesTheLetterBack() throws Exception {
        late(Behind.GRANTED);
        DeadLetter letter = onlyLetter();
        Hold judging = behind.holdBefore(Operation.GATE);
        house.askInVain(life -> keyedReplay(life, letter));
        judging.awaitReached();
        assertThat(onlyLetter().state()).isEqualTo(LetterState.CLAIMED);
        house.crash();
        judging.drop();
        house.start();
        assertThat(onlyLetter().state()).isEqualTo(LetterState.OPEN);
        assertThat(keyedReplay(house.gateway, letter).data().action().state()).isEqualTo(ActionState.SUCCEEDED);
        assertThat(behind.ran()).containsExactly(Behind.GRANTED);
    }

    @Test
    void aCrashWhileTheReplayRunsSettlesTheLetterByTheActionsRecord() throws Exception {
        late(Behind.GRANTED);
        DeadLetter letter = onlyLetter();
        Hold answering = behind.holdAnswer();
        house.askInVain(life -> keyedReplay(life, letter));
        answering.awaitReached();
        house.crash();
        answering.drop();
        house.start();
        Answer<DeadLetterReplayed> again = keyedReplay(house.gateway, letter);
        assertThat(again.data().action().state()).isEqualTo(ActionState.SUCCEEDED);
        assertThat(letter(letter.letterId()).state()).isEqualTo(LetterState.REPLAYED);
        assertThat(behind.ran()).containsExactly(Behind.GRANTED);
        assertThat(keyedReplay(house.gateway, letter)).isEqualTo(again);
    }

    @Test
    void aDiscardedLetterIsGoneAndSaysWhyOnRecord() {
        late(Behind.GRANTED);
        String letterId = onlyLetter().letterId();
        assertThat(Refusal.of(() -> house.gateway
                                .ask(Operation.DEAD_LETTER_DISCARD)
                                .path("letter_id", letterId)
                                .send(DeadLetterDiscarded.class))
                        .code())
                .isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(discard(letterId).letterId()).isEqualTo(letterId);
        assertThat(Refusal.of(() -> letter(letterId)).code()).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(Refusal.of(() -> discard(letterId)).code()).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(letters(true).total()).isZero();
        assertThat(house.gateway.audited("dead_letter.changed")).containsExactly(letterId, letterId);
    }

    @Test
    void aFullStoreKeepsWhatItHasAndSaysThatTheNextFailureIsNotKept() throws Exception {
        Path home = Files.createDirectory(folder.resolve("small"));
        try (House small = new House(home, Map.of("dead_letter_cap", 2))) {
            for (int i = 0; i < 3; i++) {
                small.behind.fail(
                        Operation.EXECUTE, SoniaException.of(ErrorCode.TIMEOUT).with("execution_id", "exe_" + i));
                SoniaException failure = Refusal.of(() -> small.gateway
                        .ask(Operation.ACTION)
                        .body(new ActionRequest(Behind.GRANTED, ARGS, 10_000, null, 0, false))
                        .send(ActionAnswer.class));
                assertThat(failure.code()).isEqualTo(i < 2 ? ErrorCode.TIMEOUT : ErrorCode.STORAGE_FULL);
                Action action = small.gateway
                        .ask(Operation.ACTION_GET)
                        .path("action_id", String.valueOf(failure.details().get("action_id")))
                        .send(Action.class);
                assertThat(action.state()).isEqualTo(ActionState.TIMEOUT);
                assertThat(action.execution().failureClass()).isEqualTo(FailureClass.TIMEOUT);
            }
            assertThat(small.gateway
                            .ask(Operation.DEAD_LETTER_LIST)
                            .send(DeadLetterList.class)
                            .total())
                    .isEqualTo(2);
        }
    }

    @Test
    void aCallThatWasRedactedSinceIsNotReplayed() {
        late(Behind.GRANTED);
        DeadLetter letter = onlyLetter();
        Journal journal = house.gateway.journal;
        journal.commit(tx ->
                tx.sql().update("UPDATE actions SET action = replace(action, '\"docs\"', '\"[REDACTED:text]\"')"));
        assertThat(Refusal.of(() -> replay(letter)).code()).isEqualTo(ErrorCode.CONFLICT);
        assertThat(Refusal.of(() -> dryRun(letter)).code()).isEqualTo(ErrorCode.CONFLICT);
        assertThat(behind.ran()).isEmpty();
    }

    /** Has a tool run out of time; the action's id comes back. */
    private String late(String tool) {
        behind.fail(Operation.EXECUTE, SoniaException.of(ErrorCode.TIMEOUT).with("execution_id", "exe_0"));
        SoniaException failure = Refusal.of(() -> act(tool, null));
        assertThat(failure.code()).isEqualTo(ErrorCode.TIMEOUT);
        return String.valueOf(failure.details().get("action_id"));
    }

    /** Has a tool that a person allowed run out of time; its letter's id comes back. */
    private String confirmedAndLate() throws InterruptedException {
        behind.fail(Operation.EXECUTE, SoniaException.of(ErrorCode.TIMEOUT).with("execution_id", "exe_0"));
        String actionId = act(Behind.CONFIRMED, null).actionId();
        behind.decide(behind.awaitApproval(), ApprovalState.APPROVED);
        assertThat(settled(actionId).state()).isEqualTo(ActionState.TIMEOUT);
        return onlyLetter().letterId();
    }

    private DeadLetter onlyLetter() {
        List<DeadLetter> all = letters(false).deadLetters();
        assertThat(all).hasSize(1);
        return all.getFirst();
    }

    private DeadLetterList letters(boolean replayed) {
        return house.gateway
                .ask(Operation.DEAD_LETTER_LIST)
                .query("include_replayed", replayed)
                .send(DeadLetterList.class);
    }

    private DeadLetter letter(String letterId) {
        return house.gateway
                .ask(Operation.DEAD_LETTER_GET)
                .path("letter_id", letterId)
                .send(DeadLetterAnswer.class)
                .deadLetter();
    }

    private Answer<DeadLetterReplayed> replay(DeadLetter letter) {
        return house.gateway
                .ask(Operation.DEAD_LETTER_REPLAY)
                .path("letter_id", letter.letterId())
                .exchange(DeadLetterReplayed.class);
    }

    private static Answer<DeadLetterReplayed> keyedReplay(GatewayLife life, DeadLetter letter) {
        return life.ask(Operation.DEAD_LETTER_REPLAY)
                .path("letter_id", letter.letterId())
                .idempotencyKey("key-1")
                .exchange(DeadLetterReplayed.class);
    }

    private DeadLetterReplayed dryRun(DeadLetter letter) {
        return house.gateway
                .ask(Operation.DEAD_LETTER_REPLAY)
                .path("letter_id", letter.letterId())
                .query("dry_run", true)
                .send(DeadLetterReplayed.class);
    }

    private DeadLetterDiscarded discard(String letterId) {
        return house.gateway
                .ask(Operation.DEAD_LETTER_DISCARD)
                .path("letter_id", letterId)
                .query("reason", "no longer wanted")
                .send(DeadLetterDiscarded.class);
    }
}
