package io.sonia.evaos;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.Listing;
import io.sonia.contracts.events.Event;
import io.sonia.contracts.events.EventBatch;
import io.sonia.contracts.events.EventFilter;
import io.sonia.contracts.events.EventGap;
import io.sonia.contracts.events.EventList;
import io.sonia.contracts.events.EventStreamQuery;
import io.sonia.contracts.events.EventsTaken;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.EventStream;
import io.sonia.kernel.http.Reply;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What happened in all services, in the order in which EVA-OS was told. Each service tells its own from its audit chain,
 * in that chain's order, at least once; an event that is here already is not taken again. Kept for so many days and in so
 * many numbers.
 */
final class Events {

    static final int MAX_KEPT = 100_000;
    static final int MAX_FOLLOWERS = 32;

    /** How far back a follower may come in again without being told that something is missing. */
    static final int MAX_RESUMED = 10_000;

    private static final int REAP_LIMIT = 5_000;
    private static final int PAGE = 200;
    private static final int MAX_PATTERNS = 20;
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);

    private final Foundation base;
    private final Cursors cursors;
    private final Duration kept;
    private final Wakeups wakeups = new Wakeups();
    private final Semaphore followers = new Semaphore(MAX_FOLLOWERS);
    private final AtomicBoolean closed = new AtomicBoolean();

    Events(Foundation base, Cursors cursors, Duration kept) {
        this.base = base;
        this.cursors = cursors;
        this.kept = kept;
    }

    Reply publish(Call<EventBatch> call) {
        EventBatch batch = call.input();
        ServiceName source = call.caller().via();
        if (source == null
                || batch.events().stream().anyMatch(each -> !each.source().equals(source.wireName()))) {
            throw SoniaException.of(ErrorCode.FORBIDDEN, "A service tells its own events only");
        }
        if (batch.through() == 0 && batch.events().isEmpty()) {
            return Reply.ok(new EventsTaken(
                    0, 0, base.journal().read(sql -> EventStore.through(sql, source.wireName()))));
        }
        EventsTaken taken = base.journal().commit(tx -> {
            int added = EventStore.append(tx.sql(), batch.events());
            EventStore.told(tx.sql(), source.wireName(), batch.through());
            return new EventsTaken(
                    added, batch.events().size() - added, EventStore.through(tx.sql(), source.wireName()));
        });
        if (taken.accepted() > 0) {
            wakeups.changed();
        }
        return Reply.ok(taken);
    }

    Reply list(Call<EventFilter> call) {
        EventFilter filter = call.input();
        Listing.Page<Event> page = EventStore.listing(filter)
                .page(base.journal(), cursors, filter.cursor(), filter.limit(), EventStore::read);
        return Reply.ok(new EventList(page.rows(), page.rows().size(), page.total(), page.nextCursor()));
    }

    /**
     * Follows events from now on, or from the one after {@code Last-Event-ID}.
     *
     * @throws SoniaException OVERLOADED if as many follow already as may
     */
    Reply follow(Call<EventStreamQuery> call) {
        String types = call.input().types();
        List<String> patterns = types == null ? List.of() : List.of(types.split(",", -1));
        if (patterns.size() > MAX_PATTERNS || patterns.stream().anyMatch(String::isBlank)) {
            throw SoniaException.of(ErrorCode.INVALID_ARGUMENT, "types has 1 to 20 patterns with commas between them");
        }
        Long last = call.header("last-event-id").map(Events::position).orElse(null);
        if (followers.availablePermits() == 0) {
            throw full();
        }
        return new Reply.Events(stream -> {
            if (!followers.tryAcquire()) {
                throw full();
            }
            try {
                relay(last, patterns, stream);
            } finally {
                followers.release();
            }
        });
    }

    private static SoniaException full() {
        return SoniaException.of(ErrorCode.OVERLOADED, "Too many follow the events already")
                .with("limit", MAX_FOLLOWERS)
                .retryAfter(KEEP_ALIVE);
    }

    private static long position(String lastEventId) {
        if (!lastEventId.matches("\\d{1,18}")) {
            throw SoniaException.of(ErrorCode.INVALID_ARGUMENT, "Last-Event-ID is not an id of this stream");
        }
        return Long.parseLong(lastEventId);
    }

    private void relay(@Nullable Long last, List<String> patterns, EventStream stream) {
        long told = last == null ? head() : resumed(last, stream);
        stream.keepAlive(); // lets the follower know that it is heard, also if nothing happens
        while (!closed.get() && !Thread.currentThread().isInterrupted()) {
            long after = told;
            wakeups.await(() -> head() > after, KEEP_ALIVE);
            long head = head();
            if (head == told) {
                stream.keepAlive();
            }
            while (told < head) {
                told = pass(told, head, patterns, stream);
            }
        }
    }

    /** Passes a page on; returns the position up to which everything is told. */
    private long pass(long after, long head, List<String> patterns, EventStream stream) {
        List<EventStore.Placed> page = base.journal().read(sql -> EventStore.between(sql, after, head, patterns, PAGE));
        page.forEach(each -> stream.send(each.position(), each.event().type(), each.event()));
        return page.size() < PAGE ? head : page.getLast().position();
    }

    /** Where a follower who comes back goes on; what is not kept for it any more is told as a gap. */
    private long resumed(long last, EventStream stream) {
        long head = head();
        long oldest = base.journal().read(EventStore::first);
        long from = Math.max(Math.max(oldest - 1, head - MAX_RESUMED), 0);
        if (last > head) {
            return head;
        }
        if (last < from) {
            stream.send(from, "gap", new EventGap(last, from));
            return from;
        }
        return last;
    }

    private long head() {
        return base.journal().read(EventStore::head);
    }

    /** Forgets what is too old or too much. */
    void reap() {
        base.journal().commit(tx -> EventStore.reap(tx.sql(), base.clock().now().minus(kept), MAX_KEPT, REAP_LIMIT));
    }

    void close() {
        closed.set(true);
        wakeups.close();
    }
}
