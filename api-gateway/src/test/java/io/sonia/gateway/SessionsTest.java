package io.sonia.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.gateway.Session;
import io.sonia.contracts.gateway.SessionCreate;
import io.sonia.contracts.gateway.SessionStatus;
import io.sonia.gateway.Sessions.Place;
import io.sonia.journal.Journal;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.testkit.FakeClock;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionsTest {

    private static final int IDLE = 600;
    private static final int AGE = 1800;

    @TempDir
    Path folder;

    private final FakeClock clock = new FakeClock();
    private final Ids ids = new Ids(new SecureRandom());
    private final GatewayConfig config = Stores.config(Map.of("max_sessions", 3L));
    private Journal journal;
    private Sessions sessions;

    @BeforeEach
    void open() {
        live();
    }

    @AfterEach
    void close() {
        journal.close();
    }

    @Test
    void aConversationFindsItsSessionAgain() {
        Session first = turn(place("olena", "kitchen"), "turn_1");
        Session second = turn(place("olena", "kitchen"), "turn_2");
        assertThat(second.sessionId()).isEqualTo(first.sessionId());
        assertThat(first.turnCount()).isEqualTo(1);
        assertThat(second.turnCount()).isEqualTo(2);
        assertThat(sessions.activeCount()).isEqualTo(1);
    }

    @Test
    void anotherUserOrConversationHasAnotherSession() {
        String kitchen = turn(place("olena", "kitchen"), "turn_1").sessionId();
        String cellar = turn(place("olena", "cellar"), "turn_2").sessionId();
        String other = turn(place("taras", "kitchen"), "turn_3").sessionId();
        assertThat(List.of(kitchen, cellar, other)).doesNotHaveDuplicates();
    }

    @Test
    void aNamedSessionTakesTheTurnWhateverItsConversation() {
        Session opened = opened("kitchen");
        Session entered = entered(new Place(opened.sessionId(), "taras", "cellar", null, false), "turn_1");
        assertThat(entered.sessionId()).isEqualTo(opened.sessionId());
        assertThat(entered.userId()).isEqualTo("olena");
        assertThat(entered.conversationId()).isEqualTo("kitchen");
    }

    @Test
    void anUnknownSessionIsNotFoundAndAMalformedIdIsNoId() {
        refused(ErrorCode.SESSION_NOT_FOUND, () -> entered(named("ses_unknown"), "turn_1"));
        refused(ErrorCode.SESSION_NOT_FOUND, () -> sessions.get("ses_unknown"));
        refused(ErrorCode.SESSION_NOT_FOUND, () -> closed("ses_unknown"));
        refused(ErrorCode.INVALID_ARGUMENT, () -> entered(named("ses unknown"), "turn_1"));
    }

    @Test
    void aSecondTurnIsRefusedWhileOneRuns() {
        Session session = entered(place("olena", "kitchen"), "turn_1");
        for (Place place : List.of(place("olena", "kitchen"), named(session.sessionId()))) {
            assertThatThrownBy(() -> entered(place, "turn_2")).isInstanceOfSatisfying(SoniaException.class, e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.TURN_IN_PROGRESS);
                assertThat(e.details()).containsEntry("turn_id", "turn_1");
                assertThat(e.retryAfter()).isPositive();
            });
        }
        assertThat(sessions.runningTurn(session.sessionId())).contains("turn_1");
        assertThat(sessions.get(session.sessionId()).turnCount()).isEqualTo(1);
    }

    @Test
    void aTurnThatRunsAlreadyIsToldFromAnother() {
        Session session = entered(place("olena", "kitchen"), "turn_1");
        refused(ErrorCode.IDEMPOTENCY_IN_PROGRESS, () -> entered(named(session.sessionId()), "turn_1"));
        assertThat(sessions.get(session.sessionId()).turnCount()).isEqualTo(1);
    }

    @Test
    void leavingFreesTheSessionForTheNextTurn() {
        Session session = entered(place("olena", "kitchen"), "turn_1");
        left(session.sessionId(), "turn_1");
        assertThat(sessions.runningTurn(session.sessionId())).isEmpty();
        assertThat(entered(place("olena", "kitchen"), "turn_2").sessionId()).isEqualTo(session.sessionId());
    }

    @Test
    void onlyTheTurnThatRunsCanLeave() {
        Session session = entered(place("olena", "kitchen"), "turn_1");
        left(session.sessionId(), "turn_0");
        left("ses_unknown", "turn_1");
        assertThat(sessions.runningTurn(session.sessionId())).contains("turn_1");
    }

    @Test
    void ofTurnsThatStartTogetherOneEnters() throws Exception {
        int racers = 8;
        String sessionId = opened("kitchen").sessionId();
        CyclicBarrier barrier = new CyclicBarrier(racers);
        List<Future<Boolean>> entered = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < racers; i++) {
                String turnId = "turn_" + i;
                entered.add(threads.submit(() -> {
                    barrier.await();
                    try {
                        entered(named(sessionId), turnId);
                        return true;
                    } catch (SoniaException e) {
                        assertThat(e.code()).isEqualTo(ErrorCode.TURN_IN_PROGRESS);
                        return false;
                    }
                }));
            }
        }
        int winners = 0;
        for (Future<Boolean> each : entered) {
            winners += each.get() ? 1 : 0;
        }
        assertThat(winners).isEqualTo(1);
        assertThat(sessions.get(sessionId).turnCount()).isEqualTo(1);
    }

    @Test
    void anIdleSessionTakesNoTurnAnyMore() {
        Session session = turn(place("olena", "kitchen"), "turn_1");
        clock.advance(Duration.ofSeconds(IDLE));
        assertThat(turn(named(session.sessionId()), "turn_2").sessionId()).isEqualTo(session.sessionId());
        clock.advance(Duration.ofSeconds(IDLE).plusMillis(1));
        refused(ErrorCode.SESSION_CLOSED, () -> entered(named(session.sessionId()), "turn_3"));
        assertThat(turn(place("olena", "kitchen"), "turn_4").sessionId()).isNotEqualTo(session.sessionId());
    }

    @Test
    void idlenessCountsFromTheEndOfTheLastTurn() {
        Session session = entered(place("olena", "kitchen"), "turn_1");
        clock.advance(Duration.ofSeconds(IDLE / 2));
        left(session.sessionId(), "turn_1");
        clock.advance(Duration.ofSeconds(IDLE));
        assertThat(entered(named(session.sessionId()), "turn_2").sessionId()).isEqualTo(session.sessionId());
    }

    @Test
    void aSessionEndsByItsAgeHoweverBusyItIs() {
        Session session = turn(place("olena", "kitchen"), "turn_0");
        for (int passed = 0; passed + IDLE / 2 <= AGE; passed += IDLE / 2) {
            clock.advance(Duration.ofSeconds(IDLE / 2));
            turn(named(session.sessionId()), "turn_" + passed);
        }
        clock.advance(Duration.ofMillis(1));
        refused(ErrorCode.SESSION_CLOSED, () -> entered(named(session.sessionId()), "turn_late"));
    }

    @Test
    void theSweepPutsTheEndOfAnIdleSessionOnRecord() {
        Session session = turn(place("olena", "kitchen"), "turn_1");
        clock.advance(Duration.ofSeconds(IDLE));
        sessions.sweep();
        assertThat(sessions.activeCount()).isEqualTo(1);
        clock.advance(Duration.ofMillis(1));
        sessions.sweep();
        assertThat(sessions.activeCount()).isZero();
        Session over = sessions.get(session.sessionId());
        assertThat(over.status()).isEqualTo(SessionStatus.EXPIRED);
        assertThat(over.closedAt()).isEqualTo(clock.now());
        assertThat(Stores.audited(journal, "session.expired")).containsExactly(session.sessionId());
        refused(ErrorCode.SESSION_CLOSED, () -> entered(named(session.sessionId()), "turn_2"));
    }

    @Test
    void aSessionDoesNotEndUnderARunningTurn() {
        Session session = entered(place("olena", "kitchen"), "turn_1");
        clock.advance(Duration.ofSeconds(AGE + IDLE));
        sessions.sweep();
        assertThat(sessions.runningTurn(session.sessionId())).contains("turn_1");
        left(session.sessionId(), "turn_1");
        sessions.sweep();
        assertThat(sessions.activeCount()).isZero();
    }

    @Test
    void aClosedSessionIsReadableAndTakesNoTurn() {
        Session session = opened("kitchen");
        clock.advance(Duration.ofSeconds(5));
        Session closed = closed(session.sessionId());
        assertThat(closed.status()).isEqualTo(SessionStatus.CLOSED);
        assertThat(closed.closedAt()).isEqualTo(clock.now());
        assertThat(sessions.get(session.sessionId())).isEqualTo(closed);
        refused(ErrorCode.SESSION_CLOSED, () -> entered(named(session.sessionId()), "turn_1"));
        assertThat(turn(place("olena", "kitchen"), "turn_2").sessionId()).isNotEqualTo(session.sessionId());
    }

    @Test
    void anEndedSessionStaysAsItEnded() {
        Session session = opened("kitchen");
        Session closed = closed(session.sessionId());
        clock.advance(Duration.ofSeconds(5));
        assertThat(closed(session.sessionId())).isEqualTo(closed);
    }

    @Test
    void anExpiredSessionCanStillBeClosed() {
        Session session = opened("kitchen");
        clock.advance(Duration.ofSeconds(IDLE).plusMillis(1));
        sessions.sweep();
        clock.advance(Duration.ofSeconds(5));
        Session closed = closed(session.sessionId());
        assertThat(closed.status()).isEqualTo(SessionStatus.CLOSED);
        assertThat(closed.closedAt()).isEqualTo(clock.now());
        assertThat(closed(session.sessionId())).isEqualTo(closed);
    }

    @Test
    void leavingAClosedSessionChangesNothing() {
        Session session = turn(place("olena", "kitchen"), "turn_1");
        entered(named(session.sessionId()), "turn_2");
        Session closed = closed(session.sessionId());
        left(session.sessionId(), "turn_2");
        assertThat(sessions.get(session.sessionId())).isEqualTo(closed);
    }

    @Test
    void theSessionsOfAFormerLifeAreTakenUpAgain() {
        Session kitchen = turn(place("olena", "kitchen"), "turn_1");
        String ended = opened("cellar").sessionId();
        closed(ended);
        die();
        live();
        assertThat(sessions.activeCount()).isEqualTo(1);
        Session again = turn(place("olena", "kitchen"), "turn_2");
        assertThat(again.sessionId()).isEqualTo(kitchen.sessionId());
        assertThat(again.turnCount()).isEqualTo(2);
        assertThat(again.expiresAt()).isEqualTo(kitchen.expiresAt());
        assertThat(sessions.get(ended).status()).isEqualTo(SessionStatus.CLOSED);
        refused(ErrorCode.SESSION_CLOSED, () -> entered(named(ended), "turn_3"));
    }

    @Test
    void aSessionThatRanOutBetweenTwoLivesExpires() {
        Session session = turn(place("olena", "kitchen"), "turn_1");
        die();
        clock.advance(Duration.ofSeconds(IDLE).plusMillis(1));
        live();
        refused(ErrorCode.SESSION_CLOSED, () -> entered(named(session.sessionId()), "turn_2"));
        sessions.sweep();
        assertThat(sessions.get(session.sessionId()).status()).isEqualTo(SessionStatus.EXPIRED);
    }

    @Test
    void aSessionKeepsItsOwnIdleLimitInTheNextLife() {
        SessionCreate wish = new SessionCreate(null, "kitchen", "chat_low_latency", Map.of(), AGE, 30);
        Session session = opened(wish);
        die();
        live();
        clock.advance(Duration.ofSeconds(31));
        refused(ErrorCode.SESSION_CLOSED, () -> entered(named(session.sessionId()), "turn_1"));
    }

    @Test
    void aTurnOfAFormerLifeHoldsItsSessionUntilItLeaves() {
        String sessionId = turn(place("olena", "kitchen"), "turn_1").sessionId();
        die();
        live();
        reentered(sessionId, "turn_1");
        refused(ErrorCode.TURN_IN_PROGRESS, () -> entered(named(sessionId), "turn_2"));
        assertThat(sessions.get(sessionId).turnCount()).isEqualTo(1);
        left(sessionId, "turn_1");
        assertThat(turn(named(sessionId), "turn_2").turnCount()).isEqualTo(2);
    }

    @Test
    void reenteringASessionThatHasEndedChangesNothing() {
        Session closed = closed(opened("kitchen").sessionId());
        reentered(closed.sessionId(), "turn_1");
        assertThat(sessions.runningTurn(closed.sessionId())).isEmpty();
    }

    @Test
    void noMoreSessionsAreOpenedThanAllowed() {
        List<Session> open = List.of(opened("a"), opened("b"), opened("c"));
        for (ThrowingCallable another :
                List.<ThrowingCallable>of(() -> opened("d"), () -> entered(place("olena", "d"), "turn_1"))) {
            assertThatThrownBy(another).isInstanceOfSatisfying(SoniaException.class, e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.MAX_SESSIONS);
                assertThat(e.details()).containsEntry("limit", 3);
                assertThat(e.retryAfter()).isPositive();
            });
        }
        assertThat(turn(named(open.getFirst().sessionId()), "turn_2").turnCount())
                .isEqualTo(1);
        closed(open.getFirst().sessionId());
        assertThat(opened("d").conversationId()).isEqualTo("d");
        assertThat(sessions.activeCount()).isEqualTo(3);
    }

    @Test
    void expiredSessionsMakeRoom() {
        opened("a");
        opened("b");
        opened("c");
        clock.advance(Duration.ofSeconds(IDLE).plusMillis(1));
        sessions.sweep();
        assertThat(opened("d").conversationId()).isEqualTo("d");
        assertThat(sessions.activeCount()).isEqualTo(1);
    }

    private void live() {
        journal = Stores.open(folder.resolve("sonia.db"), clock);
        sessions = new Sessions(journal, config, clock, ids);
    }

    private void die() {
        journal.close();
    }

    private static Place place(String userId, String conversationId) {
        return new Place(null, userId, conversationId, null, false);
    }

    private static Place named(String sessionId) {
        return new Place(sessionId, "olena", "default", null, false);
    }

    /** A whole turn: entered, stored and left. */
    private Session turn(Place place, String turnId) {
        Session session = entered(place, turnId);
        left(session.sessionId(), turnId);
        return session;
    }

    private Session entered(Place place, String turnId) {
        return journal.commit(tx -> sessions.enter(tx, place, turnId).session());
    }

    private void left(String sessionId, String turnId) {
        journal.commit(tx -> {
            sessions.leave(tx, sessionId, turnId);
            return sessionId;
        });
    }

    private void reentered(String sessionId, String turnId) {
        journal.commit(tx -> {
            Sessions.reenter(tx, sessionId, turnId);
            return sessionId;
        });
    }

    private Session opened(String conversationId) {
        return opened(new SessionCreate(null, conversationId, "chat_low_latency", Map.of(), AGE, IDLE));
    }

    private Session opened(SessionCreate wish) {
        return journal.commit(tx -> sessions.open(tx, wish, "olena"));
    }

    private Session closed(String sessionId) {
        return journal.commit(tx -> sessions.close(tx, sessionId));
    }

    private static void refused(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
