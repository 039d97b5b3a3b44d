package io.sonia.gateway;

import io.sonia.contracts.memory.StoreAnswer;
import io.sonia.contracts.memory.StoreRequest;
import io.sonia.journal.Delivery;
import io.sonia.journal.OutboxMessage;
import io.sonia.journal.Tx;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import io.sonia.kernel.json.Shape;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes what turns leave behind into the memory engine: written to the outbox with the turn, delivered at least once,
 * stored once because the receiver knows the key.
 */
final class MemoryWrites implements Delivery {

    private static final Duration TIME = Duration.ofSeconds(5);
    /** Topics keep the order within one conversation and let different ones be delivered side by side. */
    private static final int LANES = 8;

    private record Waiting(CountDownLatch latch, List<String> ids) {}

    private final Peer memoryEngine;
    private final Clock clock;
    private final Ids ids;
    private final Map<String, Waiting> waiting = new ConcurrentHashMap<>();

    MemoryWrites(Peer memoryEngine, Clock clock, Ids ids) {
        this.memoryEngine = memoryEngine;
        this.clock = clock;
        this.ids = ids;
    }

    /** Announces that a turn will wait for {@code count} writes. */
    void expect(String turnId, int count) {
        waiting.put(turnId, new Waiting(new CountDownLatch(count), new java.util.concurrent.CopyOnWriteArrayList<>()));
    }

    /** Puts one memory into the outbox as part of a commit. */
    static void publish(Tx tx, Context context, String turnId, int number, StoreRequest memory) throws SQLException {
        Map<String, @Nullable Object> payload = new LinkedHashMap<>();
        payload.put("turn_id", turnId);
        payload.put("correlation_id", context.correlationId());
        payload.put("actor_id", context.caller().principal());
        payload.put("memory", memory);
        int lane = Math.floorMod(String.valueOf(memory.sessionId()).hashCode(), LANES);
        tx.publish("memory." + lane, turnId + "." + number, payload);
    }

    /** The ids of the stored memories once all are stored; none if that takes longer than the deadline. */
    List<String> await(String turnId, Deadline deadline) {
        Waiting writes = waiting.get(turnId);
        if (writes == null) {
            return List.of();
        }
        try {
            boolean all = writes.latch().await(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
            return all ? List.copyOf(writes.ids()) : List.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        } finally {
            waiting.remove(turnId);
        }
    }

    @Override
    @SuppressWarnings("unchecked") // the payload is what publish made
    public void deliver(OutboxMessage message) {
        Map<String, @Nullable Object> payload = message.payload();
        Context context = Context.own(
                ServiceName.API_GATEWAY,
                String.valueOf(payload.get("correlation_id")),
                String.valueOf(payload.get("actor_id")),
                TIME,
                ids,
                clock);
        StoreRequest memory = Shape.of(StoreRequest.class)
                .readAnswer((Map<String, @Nullable Object>) java.util.Objects.requireNonNull(payload.get("memory")));
        StoreAnswer stored = memoryEngine
                .on(context, Operation.MEMORY_STORE)
                .body(memory)
                .idempotencyKey(message.dedupeKey())
                .send(StoreAnswer.class);
        Waiting writes = waiting.get(String.valueOf(payload.get("turn_id")));
        if (writes != null) {
            writes.ids().add(stored.id());
            writes.latch().countDown();
        }
    }
}
