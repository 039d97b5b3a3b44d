package io.sonia.pipecat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.pipecat.VoiceBackends;
import io.sonia.contracts.pipecat.VoiceMessage;
import io.sonia.contracts.pipecat.VoiceSessionList;
import io.sonia.contracts.pipecat.VoiceSessionStarted;
import io.sonia.contracts.pipecat.VoiceSessionStopped;
import io.sonia.contracts.pipecat.VoiceSessionView;
import io.sonia.contracts.pipecat.VoiceState;
import io.sonia.contracts.pipecat.VoiceTurnState;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VoiceSessionsIT {

    @TempDir
    Path folder;

    private FakeGateway gateway;
    private VoiceFixture fixture;

    @BeforeEach
    void open() throws IOException {
        gateway = new FakeGateway();
        fixture = new VoiceFixture(folder.resolve("sonia.db"), gateway.port());
    }

    @AfterEach
    void close() {
        fixture.close();
        gateway.close();
    }

    private static void assertRefused(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @Test
    void aSessionOpensOneAtTheGatewayAndNamesWhatIsConfigured() {
        VoiceSessionStarted started = fixture.start();
        assertThat(started.sessionId()).matches("vse_[0-9a-f]{24}");
        assertThat(started.state()).isEqualTo(VoiceState.ACTIVE);
        assertThat(started.expiresAt()).isEqualTo(started.createdAt().plusSeconds(3600));
        assertThat(started.gatewaySessionId()).isEqualTo("ses_1");
        VoiceBackends.Backend none = new VoiceBackends.Backend("none", false, false, null, "not configured");
        assertThat(started.backends()).isEqualTo(new VoiceBackends(none, none, none));
        assertThat(gateway.seen("POST", "/v1/sessions")).singleElement().satisfies(request -> {
            assertThat(request.authorization()).isEqualTo("Bearer " + fixture.key.text());
            assertThat(request.body()).containsEntry("user_id", "usr_1").containsEntry("idle_seconds", 900L);
        });
        VoiceSessionView view = fixture.get(started.sessionId());
        assertThat(view.id()).isEqualTo(view.sessionId()).isEqualTo(started.sessionId());
        assertThat(view.metadata()).isEqualTo(Map.of("room", "kitchen"));
        assertThat(view.turn()).isNull();
        assertThat(view.messages()).isEmpty();
    }

    @Test
    void aGivenGatewaySessionIsUsedAndLeftOpen() throws Exception {
        VoiceSessionStarted started = fixture.start("ses_mine", null);
        assertThat(started.gatewaySessionId()).isEqualTo("ses_mine");
        FakeCaller caller = fixture.join(started.sessionId()).greeted();
        caller.frame("SESSION_STOP", Map.of());
        caller.closeCode();
        assertThat(gateway.seen("POST", "/v1/sessions")).isEmpty();
        assertThat(gateway.seen("DELETE", "/v1/sessions")).isEmpty();
        gateway.sessionStatus = "expired";
        assertRefused(ErrorCode.SESSION_CLOSED, () -> fixture.start("ses_mine", null));
    }

    @Test
    void withoutAGatewayNoSessionBegins() {
        gateway.close();
        assertRefused(ErrorCode.UNAVAILABLE, () -> fixture.start());
        assertThat(fixture.page(null, 50, null).total()).isZero();
    }

    @Test
    void theEleventhSessionIsRefusedUntilOneEnds() {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            ids.add(fixture.start().sessionId());
        }
        assertRefused(ErrorCode.MAX_SESSIONS, () -> fixture.start());
        assertThat(gateway.seen("POST", "/v1/sessions")).hasSize(10);
        fixture.stop(ids.getFirst(), null);
        assertThat(fixture.start().state()).isEqualTo(VoiceState.ACTIVE);
    }

    @Test
    void stoppingTwiceGivesTheSameAnswer() throws Exception {
        String id = fixture.start().sessionId();
        FakeCaller caller = fixture.join(id).greeted();
        IdempotencyKey key = new IdempotencyKey("usr_1", "POST /session/stop", "k1", "f1", "own");
        VoiceSessionStopped stopped = fixture.stop(id, key);
        assertThat(stopped.state()).isEqualTo(VoiceState.CLOSED);
        assertThat(stopped.closedAt()).isEqualTo(fixture.clock.now());
        assertThat(caller.next("SESSION_STOP")).isEqualTo(Map.of("reason", "enough"));
        assertThat(caller.closeCode()).isEqualTo(4010);
        fixture.clock.advance(Duration.ofSeconds(5));
        assertThat(fixture.stop(id, null)).isEqualTo(stopped);
        assertThat(fixture.journal.find(key))
                .hasValueSatisfying(reply -> assertThat(reply.data()).isEqualTo(Json.bytes(stopped)));
        assertRefused(ErrorCode.SESSION_NOT_FOUND, () -> fixture.stop("vse_unknown", null));
        assertRefused(ErrorCode.SESSION_NOT_FOUND, () -> fixture.get("vse_unknown"));
    }

    @Test
    void theSameKeyedStartFindsItsGatewaySession() {
        IdempotencyKey key = new IdempotencyKey("usr_1", "POST /session/start", "k1", "f1", "own");
        VoiceSessionStarted started = fixture.start(null, key);
        assertThat(fixture.journal.find(key))
                .hasValueSatisfying(reply -> assertThat(reply.data()).isEqualTo(Json.bytes(started)));
        assertThat(gateway.seen("POST", "/v1/sessions").getFirst().idempotencyKey())
                .isEqualTo(started.sessionId());
    }

    @Test
    void stoppingEndsTheRunningTurnAndTheGatewaySession() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        gateway.nextTurn(events -> {
            events.started().partial(0, "Hel");
            never.await();
        });
        String id = fixture.start().sessionId();
        FakeCaller caller = fixture.join(id).greeted();
        caller.message("hi");
        caller.next("PARTIAL");
        fixture.stop(id, null);
        assertThat(caller.next("SESSION_STOP")).containsEntry("reason", "enough");
        assertThat(fixture.get(id).turn().state()).isEqualTo(VoiceTurnState.ABORTED);
        gateway.awaitSeen("POST", "/v1/turns/" + FakeGateway.TURN_ID + "/cancel");
        gateway.awaitSeen("DELETE", "/v1/sessions/ses_1");
        assertThat(fixture.get(id).messages()).extracting(VoiceMessage::role).containsExactly("user");
        assertThat(caller.silent()).isTrue();
        never.countDown();
    }

    @Test
    void aSessionEndsByItsAge() throws Exception {
        String id = fixture.start().sessionId();
        FakeCaller caller = null;
        for (int minute = 0; minute < 59; minute += 9) {
            gateway.nextTurn(events -> events.started().answer("ok"));
            caller = caller == null ? fixture.join(id).greeted() : caller;
            caller.message("still here");
            caller.next("MESSAGE");
            fixture.pass(Duration.ofMinutes(Math.min(9, 59 - minute)));
        }
        fixture.pass(Duration.ofSeconds(59));
        assertThat(caller.open()).isTrue();
        fixture.pass(Duration.ofSeconds(1));
        assertThat(caller.next("SESSION_STOP")).containsEntry("reason", "expired");
        assertThat(caller.closeCode()).isEqualTo(4010);
        assertThat(fixture.get(id).state()).isEqualTo(VoiceState.CLOSED);
    }

    @Test
    void anIdleSessionEndsButNotWhileATurnRuns() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        gateway.nextTurn(events -> {
            events.started().confirmation("apr_1");
            go.await();
            events.answer("ok");
        });
        String id = fixture.start().sessionId();
        FakeCaller caller = fixture.join(id).greeted();
        fixture.pass(Duration.ofSeconds(599));
        caller.message("hi");
        caller.next("STATUS");
        fixture.pass(Duration.ofSeconds(179));
        assertThat(caller.open()).isTrue();
        go.countDown();
        caller.next("MESSAGE");
        fixture.pass(Duration.ofMillis(599_999));
        assertThat(caller.open()).isTrue();
        fixture.pass(Duration.ofMillis(1));
        assertThat(caller.next("SESSION_STOP")).containsEntry("reason", "idle");
        assertThat(caller.closeCode()).isEqualTo(4008);
    }

    @Test
    void aLostCallerMayComeBackWithinAMinute() throws Exception {
        String id = fixture.start().sessionId();
        fixture.join(id).greeted().vanish();
        assertThat(fixture.get(id).state()).isEqualTo(VoiceState.PAUSED);
        fixture.pass(Duration.ofMillis(59_999));
        FakeCaller back = fixture.join(id).greeted();
        assertThat(fixture.get(id).state()).isEqualTo(VoiceState.ACTIVE);
        fixture.pass(Duration.ofSeconds(100));
        assertThat(fixture.get(id).state()).isEqualTo(VoiceState.ACTIVE);
        back.vanish();
        fixture.pass(Duration.ofSeconds(60));
        assertThat(fixture.get(id).state()).isEqualTo(VoiceState.CLOSED);
        assertThat(fixture.join(id).next("ERROR")).containsEntry("code", "SESSION_CLOSED");
    }

    @Test
    void aTurnOutlivesItsSocketAndAnswersTheNextOne() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        gateway.nextTurn(events -> {
            events.started().partial(0, "Hel");
            go.await();
            events.answer("Hello");
        });
        String id = fixture.start().sessionId();
        FakeCaller first = fixture.join(id).greeted();
        first.message("hi");
        first.next("PARTIAL");
        first.vanish();
        FakeCaller second = fixture.join(id).greeted();
        go.countDown();
        assertThat(second.next("MESSAGE")).containsEntry("text", "Hello");
        assertThat(first.silent()).isTrue();
    }

    @Test
    void aSecondSocketTakesOver() throws Exception {
        String id = fixture.start().sessionId();
        FakeCaller first = fixture.join(id).greeted();
        FakeCaller second = fixture.join(id).greeted();
        assertThat(first.closeCode()).isEqualTo(1000);
        assertThat(fixture.get(id).state()).isEqualTo(VoiceState.ACTIVE);
        second.frame("STATUS", Map.of());
        second.next("STATUS");
    }

    @Test
    void sessionsOutliveTheProcess() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        gateway.nextTurn(events -> {
            events.started().partial(0, "Hel");
            never.await();
        });
        String id = fixture.start().sessionId();
        FakeCaller caller = fixture.join(id).greeted();
        caller.message("hi");
        caller.next("PARTIAL");
        fixture.journal.close(); // what a kill leaves: the session active, the turn running
        fixture.live();
        assertThat(fixture.get(id).state()).isEqualTo(VoiceState.PAUSED);
        assertThat(fixture.get(id).turn().state()).isEqualTo(VoiceTurnState.ABORTED);
        fixture.pass(Duration.ofSeconds(59));
        FakeCaller back = fixture.join(id).greeted();
        gateway.nextTurn(events -> events.started().answer("again"));
        back.message("hi again");
        assertThat(back.next("MESSAGE")).containsEntry("text", "again");
        assertThat(gateway.seen("POST", "/v1/turn"))
                .last()
                .satisfies(turn -> assertThat(turn.idempotencyKey()).isEqualTo("voice-" + id + "-2"));
        never.countDown();
    }

    @Test
    void stoppingTheServiceSendsCallersAwayAndKeepsTheirSessions() throws Exception {
        String id = fixture.start().sessionId();
        FakeCaller caller = fixture.join(id).greeted();
        fixture.sessions.close();
        assertThat(caller.closeCode()).isEqualTo(1001);
        assertThat(fixture.get(id).state()).isEqualTo(VoiceState.PAUSED);
    }

    @Test
    void pagesOfSessionsAndMessagesAreNewestFirst() throws Exception {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ids.addFirst(fixture.start().sessionId());
            fixture.clock.advance(Duration.ofMillis(1));
        }
        fixture.stop(ids.getLast(), null);
        List<String> listed = new ArrayList<>();
        String cursor = null;
        do {
            VoiceSessionList page = fixture.page(null, 2, cursor);
            assertThat(page.total()).isEqualTo(5);
            page.sessions().forEach(each -> listed.add(each.sessionId()));
            cursor = page.nextCursor();
        } while (cursor != null);
        assertThat(listed).isEqualTo(ids);
        assertThat(fixture.page(VoiceState.CLOSED, 2, null).sessions())
                .extracting(VoiceSessionList.Entry::sessionId)
                .containsExactly(ids.getLast());
        String foreign = fixture.page(null, 2, null).nextCursor();
        assertRefused(ErrorCode.INVALID_CURSOR, () -> fixture.page(VoiceState.ACTIVE, 2, foreign));

        String talk = ids.getFirst();
        FakeCaller caller = fixture.join(talk).greeted();
        for (String text : List.of("one", "two")) {
            gateway.nextTurn(events -> events.started().answer(text + "!"));
            caller.message(text);
            caller.next("MESSAGE");
        }
        VoiceSessionView newest = fixture.get(talk, 3, null);
        assertThat(newest.messages()).extracting(VoiceMessage::content).containsExactly("two!", "two", "one!");
        assertThat(newest.total()).isEqualTo(4);
        VoiceSessionView oldest = fixture.get(talk, 3, newest.nextCursor());
        assertThat(oldest.messages()).extracting(VoiceMessage::content).containsExactly("one");
        assertThat(oldest.nextCursor()).isNull();
    }
}
