package io.sonia.memory;

import io.sonia.contracts.memory.Item;
import io.sonia.contracts.memory.StoreAnswer;
import io.sonia.contracts.memory.StoreAnswer.IndexState;
import io.sonia.contracts.memory.StoreRequest;
import io.sonia.journal.Answers;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Reply;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is stored, as far as the write policy lets it be. What a model wants remembered and is remembered already, so that
 * it may have been recalled a moment ago, becomes a further source of the memory there is.
 */
final class GovernedWrites {

    private final Foundation base;
    private final Ledger ledger;
    private final Memories memories;
    private final WritePolicy policy;
    private final Repetitions repetitions;

    GovernedWrites(Foundation base, Ledger ledger, Memories memories, WritePolicy policy) {
        this.base = base;
        this.ledger = ledger;
        this.memories = memories;
        this.policy = policy;
        this.repetitions = new Repetitions(ledger);
    }

    Reply store(Call<StoreRequest> call) {
        StoreRequest request = policy.governed(call.input(), call.caller());
        if (WritePolicy.ofModel(call.caller())) {
            Optional<Item> known = base.journal()
                    .read(sql -> repetitions.known(sql, request, base.clock().now()));
            Optional<Reply> merged = known.flatMap(item -> merged(call, request, item));
            if (merged.isPresent()) {
                return merged.get();
            }
        }
        StoreAnswer stored = memories.store(request, call.audit(), call.idempotencyKey());
        return Reply.ok(stored).location(Memories.location(stored.id()));
    }

    /** Nothing if the memory is not in force any more. */
    private Optional<Reply> merged(Call<StoreRequest> call, StoreRequest request, Item known) {
        return base.journal().commit(tx -> {
            Item item = ledger.find(tx.sql(), known.id())
                    .filter(each -> each.supersededBy() == null && !each.redacted())
                    .orElse(null);
            if (item == null) {
                return Optional.empty();
            }
            Provenances.add(
                    tx.sql(),
                    item.id(),
                    request.source(),
                    Map.of(),
                    base.clock().now());
            Map<String, @Nullable Object> detail = new LinkedHashMap<>(Memories.detail(item));
            detail.put("deduplicated", true);
            tx.audit(call.audit().about("memory", item.id()).detail(detail));
            StoreAnswer answer = new StoreAnswer(
                    "stored",
                    item.id(),
                    item.type(),
                    item.createdAt(),
                    true,
                    new StoreAnswer.Indexed(IndexState.DONE, null));
            return Optional.of(Answers.keep(tx, call, Reply.ok(answer).location(Memories.location(item.id()))));
        });
    }
}
