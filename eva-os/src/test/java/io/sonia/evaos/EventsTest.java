package io.sonia.evaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.events.Event;
import io.sonia.contracts.events.EventBatch;
import io.sonia.contracts.events.EventFilter;
import io.sonia.contracts.events.EventList;
import io.sonia.contracts.events.EventStreamQuery;
import io.sonia.contracts.events.EventsTaken;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.EventStream;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What EVA-OS takes as events, keeps of them and passes on. */
class EventsTest {

    @TempDir
    Path folder;

    private ControlPlane plane;

    @BeforeEach
    void open() {
        plane = new ControlPlane(folder);
    }

    @AfterEach
    void close() {
        plane.events.close();
        plane.journal.close();
    }

    @Test
    void anEventThatIsToldAgainIsThereOnce() {
        List<Event> told = events("turn.started", 1, 5);
        assertThat(publish(told, 5)).isEqualTo(new EventsTaken(5, 0, 5));

        List<Event> more = new ArrayList<>(told.subList(2, 5));
        more.addAll(events("turn.completed", 6, 7));
        assertThat(publish(more, 9)).isEqualTo(new EventsTaken(2, 3, 9));

        assertThat(publish(List.of(), 0)).as("how far it was told").isEqualTo(new EventsTaken(0, 0, 9));
        assertThat(publish(told, 5).through()).as("it never goes back").isEqualTo(9);
        assertThat(list(null).events()).extracting(Event::seq).containsExactly(7L, 6L, 5L, 4L, 3L, 2L, 1L);
    }

    @Test
    void aServiceTellsItsOwnEventsOnly() {
        assertThatThrownBy(() -> plane.events.publish(plane.call(
                        Operation.EVENT_PUBLISH, new EventBatch(events("a.b", 1, 1), 1), ControlPlane.OPENCLAW)))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FORBIDDEN));
        assertThat(list(null).events()).isEmpty();
    }

    @Test
    void aPatternTakesAStarForAnythingAndNothingElse() {
        publish(events("turn.started", 1, 1), 1);
        publish(events("turn.completed", 2, 2), 2);
        publish(events("tool.executed", 3, 3), 3);
        publish(events("tool_executed", 4, 4), 4);
        assertThat(types("turn.*")).containsExactly("turn.completed", "turn.started");
        assertThat(types("*.*ed")).containsExactly("tool.executed", "turn.completed", "turn.started");
        assertThat(types("tool_executed")).as("_ is itself").containsExactly("tool_executed");
        assertThat(types("%")).as("% is itself").isEmpty();
    }

    @Test
    void whatIsTooOldOrTooMuchIsForgottenButTheNewest() {
        publish(events("turn.started", 1, 10), 10);
        reap(Instant.EPOCH, 4);
        assertThat(list(null).events()).extracting(Event::seq).containsExactly(10L, 9L, 8L, 7L);
        reap(time(9), 100);
        assertThat(list(null).events()).extracting(Event::seq).containsExactly(10L, 9L);
        reap(time(100), 100);
        assertThat(list(null).events()).extracting(Event::seq).containsExactly(10L);
        publish(events("turn.started", 11, 11), 11);
        Follower follower = new Follower(null, "9");
        assertThat(follower.next()).as("no position is given twice").isEqualTo("10 turn.started 10");
        assertThat(follower.next()).isEqualTo("11 turn.started 11");
    }

    @Test
    void aFollowerHearsWhatHappensFromNowOn() {
        publish(events("turn.started", 1, 3), 3);
        Follower all = new Follower(null, "3");
        Follower some = new Follower("turn.c*,tool.*", "3");
        publish(events("turn.started", 4, 4), 4);
        publish(events("tool.executed", 5, 5), 5);
        publish(events("turn.completed", 6, 6), 6);
        assertThat(List.of(all.next(), all.next(), all.next()))
                .containsExactly("4 turn.started 4", "5 tool.executed 5", "6 turn.completed 6");
        assertThat(List.of(some.next(), some.next())).containsExactly("5 tool.executed 5", "6 turn.completed 6");
    }

    @Test
    void aFollowerWhoComesBackIsToldWhatIsMissing() {
        publish(events("turn.started", 1, 10), 10);
        assertThat(new Follower(null, "8").next()).isEqualTo("9 turn.started 9");
        reap(Instant.EPOCH, 3);
        Follower late = new Follower(null, "2");
        assertThat(late.next()).isEqualTo("7 gap from=2 to=7");
        assertThat(late.next()).isEqualTo("8 turn.started 8");
    }

    @Test
    void onlySoManyFollow() {
        List<Follower> followers = IntStream.range(0, Events.MAX_FOLLOWERS)
                .mapToObj(each -> new Follower(null, "0"))
                .toList();
        publish(events("turn.started", 1, 1), 1);
        followers.forEach(each -> assertThat(each.next()).isEqualTo("1 turn.started 1"));
        assertThatThrownBy(() -> follow(null, null))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED));
        followers.getFirst().leave();
        publish(events("turn.started", 2, 2), 2);
        followers.getFirst().gone();
        assertThat(new Follower(null, "0").next()).isEqualTo("1 turn.started 1");
    }

    @Test
    void whatIsNoIdAndNoPatternIsRefused() {
        for (String id : List.of("x", "-1", "", "1".repeat(19))) {
            assertThatThrownBy(() -> follow(null, id)).isInstanceOf(SoniaException.class);
        }
        for (String types : List.of(",", "a,,b", "a,".repeat(20) + "a")) {
            assertThatThrownBy(() -> follow(types, null)).isInstanceOf(SoniaException.class);
        }
    }

    /** Somebody at the other end of a stream. */
    private final class Follower implements EventStream {

        private final LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
        private final Thread thread;
        private volatile boolean left;

        Follower(String types, String lastEventId) {
            Reply.Events reply = follow(types, lastEventId);
            thread = Thread.ofVirtual().start(() -> {
                try {
                    reply.body().write(this);
                } catch (UncheckedIOException hungUp) {
                    // As it does where a real reader goes.
                }
            });
        }

        String next() {
            try {
                return heard.poll(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        /** Hangs up: whoever writes learns that nobody reads. */
        void leave() {
            left = true;
        }

        void gone() {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void send(String event, Object data) {
            throw new IllegalStateException("its ids are positions");
        }

        @Override
        public void send(long id, String event, Object data) {
            if (left) {
                throw new UncheckedIOException(new IOException("the reader has gone"));
            }
            heard.add(
                    data instanceof Event each
                            ? id + " " + event + " " + each.seq()
                            : id + " " + event + " "
                                    + data.toString()
                                            .replaceAll("^EventGap\\[|]$", "")
                                            .replace(",", ""));
        }

        @Override
        public void keepAlive() {}
    }

    private Reply.Events follow(String types, String lastEventId) {
        Call<EventStreamQuery> call =
                plane.call(Operation.EVENT_STREAM, new EventStreamQuery(types), ControlPlane.OBSERVER);
        Map<String, String> headers = lastEventId == null ? Map.of() : Map.of("last-event-id", lastEventId);
        return (Reply.Events) plane.events.follow(
                new Call<>(call.operation(), call.input(), Map.of(), headers, call.context(), null, true, null));
    }

    private EventsTaken publish(List<Event> events, long through) {
        return ControlPlane.data(plane.events.publish(
                plane.call(Operation.EVENT_PUBLISH, new EventBatch(events, through), ControlPlane.GATEWAY)));
    }

    private void reap(Instant before, long kept) {
        plane.journal.commit(tx -> EventStore.reap(tx.sql(), before, kept, 100));
    }

    private EventList list(String type) {
        return ControlPlane.data(plane.events.list(plane.call(
                Operation.EVENT_LIST, new EventFilter(type, null, null, null, 50, null), ControlPlane.OBSERVER)));
    }

    private List<String> types(String pattern) {
        return list(pattern).events().stream().map(Event::type).toList();
    }

    private Instant time(long seq) {
        return Instant.parse("2026-01-01T00:00:00Z").plus(Duration.ofSeconds(seq));
    }

    private List<Event> events(String type, int first, int last) {
        return IntStream.rangeClosed(first, last)
                .mapToObj(seq -> new Event(
                        "evt_%032d".formatted(seq),
                        type,
                        "api-gateway",
                        seq,
                        time(seq),
                        "hlc",
                        "req_" + seq,
                        null,
                        "usr_1",
                        Map.of("code", "OK")))
                .toList();
    }
}
