package io.sonia.gateway;

import io.sonia.contracts.gateway.SloStage;
import io.sonia.contracts.memory.HistoryAppend;
import io.sonia.contracts.memory.HistoryStored;
import io.sonia.contracts.memory.StoreAnswer;
import io.sonia.contracts.memory.StoreRequest;
import io.sonia.journal.Delivery;
import io.sonia.journal.OutboxMessage;
import io.sonia.journal.Tx;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
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
import java.util.Objects;
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

    /** Members of a message, one of which it has. */
    private static final String MEMORY = "memory";

    private static final String HISTORY = "history";

    private record Waiting(CountDownLatch latch, List<String> ids) {}

    private final Peer memoryEngine;
    private final Clock clock;
    private final Ids ids;
    private final SloSamples samples;
    private final Map<String, Waiting> waiting = new ConcurrentHashMap<>();

    MemoryWrites(Peer memoryEngine, Clock clock, Ids ids, SloSamples samples) {
        this.memoryEngine = memoryEngine;
        this.clock = clock;
        this.ids = ids;
        this.samples = samples;
    }

    /** Announces that a turn will wait for {@code count} writes. */
    void expect(String turnId, int count) {
        waiting.put(turnId, new Waiting(new CountDownLatch(count), new java.util.concurrent.CopyOnWriteArrayList<>()));
    }

    /** Puts one memory into the outbox as part of a commit. */
    static void publish(Tx tx, Context context, String turnId, int number, StoreRequest memory) throws SQLException {
        Map<String, @Nullable Object> payload = payload(context, turnId);
        payload.put(MEMORY, memory);
        tx.publish(lane(String.valueOf(memory.sessionId())), turnId + "." + number, payload);
    }

    /** Puts an ended turn's place in the conversation history into the outbox as part of a commit. */
    static void publish(Tx tx, Context context, HistoryAppend turn) throws SQLException {
        Map<String, @Nullable Object> payload = payload(context, turn.turnId());
        payload.put(HISTORY, turn);
        tx.publish(lane(turn.sessionId()), turn.turnId() + "." + HISTORY, payload);
    }

    private static Map<String, @Nullable Object> payload(Context context, String turnId) {
        Map<String, @Nullable Object> payload = new LinkedHashMap<>();
        payload.put("turn_id", turnId);
        payload.put("correlation_id", context.correlationId());
        payload.put("actor_id", context.caller().principal());
        return payload;
    }

    private static String lane(String sessionId) {
        return "memory." + Math.floorMod(sessionId.hashCode(), LANES);
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
    public void deliver(OutboxMessage message) {
        Map<String, @Nullable Object> payload = message.payload();
        Context context = Context.own(
                ServiceName.API_GATEWAY,
                String.valueOf(payload.get("correlation_id")),
                String.valueOf(payload.get("actor_id")),
                TIME,
                ids,
                clock);
        if (payload.containsKey(HISTORY)) {
            append(context, message);
        } else {
            store(context, message);
        }
    }

    /** Once: a turn that is in the history already has got there by an earlier try. */
    private void append(Context context, OutboxMessage message) {
        try {
            HistoryStored _ = memoryEngine
                    .on(context, Operation.HISTORY_APPEND)
                    .body(read(HistoryAppend.class, message, HISTORY))
                    .idempotencyKey(message.dedupeKey())
                    .send(HistoryStored.class);
        } catch (SoniaException e) {
            if (e.code() != ErrorCode.CONFLICT) {
                throw e;
            }
        }
    }

    @SuppressWarnings("unchecked") // the payload is what publish made
    private static <T extends Record> T read(Class<T> type, OutboxMessage message, String member) {
        return Shape.of(type).readAnswer((Map<String, @Nullable Object>)
                Objects.requireNonNull(message.payload().get(member)));
    }

    private void store(Context context, OutboxMessage message) {
        StoreAnswer stored = samples.timed(
                SloStage.MEMORY_WRITE,
                () -> memoryEngine
                        .on(context, Operation.MEMORY_STORE)
                        .body(read(StoreRequest.class, message, MEMORY))
                        .idempotencyKey(message.dedupeKey())
                        .send(StoreAnswer.class));
        Waiting writes = waiting.get(String.valueOf(message.payload().get("turn_id")));
        if (writes != null) {
            writes.ids().add(stored.id());
            writes.latch().countDown();
        }
    }
}
