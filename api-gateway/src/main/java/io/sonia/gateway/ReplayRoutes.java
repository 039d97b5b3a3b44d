package io.sonia.gateway;

import io.sonia.contracts.gateway.ReplayRequest;
import io.sonia.contracts.gateway.TurnReplayed;
import io.sonia.journal.Journal;
import io.sonia.journal.Tx;
import io.sonia.kernel.Ids;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.http.StoredReply;
import io.sonia.kernel.json.Json;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Replays over HTTP: each leaves one audit entry and nothing else. */
final class ReplayRoutes {

    private final TurnReplays replays;
    private final Journal journal;
    private final Ids ids;

    ReplayRoutes(TurnReplays replays, Journal journal, Ids ids) {
        this.replays = replays;
        this.journal = journal;
        this.ids = ids;
    }

    List<Route<?>> list() {
        return List.of(Route.of(Operation.TURN_REPLAY, ReplayRequest.class, TurnReplayed.class, this::replay));
    }

    private Reply replay(Call<ReplayRequest> call) {
        String turnId = Ids.checked(call.path("turn_id"));
        TurnReplays.Replayed replayed = replays.replay(call.context(), turnId, call.input());
        return journal.commit(tx -> {
            TurnReplayed answer = counted(tx, replayed);
            Map<String, @Nullable Object> detail = new LinkedHashMap<>();
            detail.put("replay_id", answer.replayId());
            detail.put("trace_class", answer.traceClass());
            detail.put("matches", answer.matches());
            detail.put("policy_version", call.input().policyVersion());
            detail.put("files", List.copyOf(call.input().files().keySet()));
            detail.put(
                    "differences",
                    answer.differences().stream()
                            .map(TurnReplayed.Difference::step)
                            .toList());
            tx.audit(call.audit()
                    .about("turn", turnId)
                    .replaying(answer.originalCorrelationId(), answer.replayGeneration())
                    .detail(detail));
            Reply.Enveloped reply = Reply.ok(answer);
            tx.remember(call.idempotencyKey(), new StoredReply(reply.status(), Json.bytes(answer), null));
            return reply;
        });
    }

    private TurnReplayed counted(Tx tx, TurnReplays.Replayed replayed) throws SQLException {
        TurnStore.Stored original = replayed.original();
        String turnId = original.turn().turnId();
        TurnTrace then = replayed.recorded();
        TurnTrace now = replayed.now();
        List<TurnReplayed.Difference> differences = then.differences(now);
        return new TurnReplayed(
                ids.next("rpl_"),
                turnId,
                original.correlationId(),
                tx.replays(original.correlationId(), turnId) + 1,
                now.traceClass(),
                differences.isEmpty(),
                differences,
                then.beside(now));
    }
}
