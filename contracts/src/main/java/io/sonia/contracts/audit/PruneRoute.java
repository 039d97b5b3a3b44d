package io.sonia.contracts.audit;

import io.sonia.journal.AuditPruning;
import io.sonia.journal.AuditTree;
import io.sonia.journal.Journal;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.StoredReply;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.settings.AuditConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Removes entries that are beyond their retention from one service's chain. */
public final class PruneRoute {

    private final ServiceName service;
    private final Journal journal;
    private final AuditConfig config;
    private final Clock clock;

    PruneRoute(ServiceName service, Journal journal, AuditConfig config, Clock clock) {
        this.service = service;
        this.journal = journal;
        this.config = config;
        this.clock = clock;
    }

    /** Removes, or says what would be. */
    public Reply prune(Call<PruneRequest> call) {
        PruneRequest request = call.input();
        AuditPruning pruning = new AuditPruning(journal);
        Optional<AuditPruning.Plan> plan = pruning.plan(bounds(request));
        if (request.dryRun() || plan.isEmpty()) {
            return Reply.ok(answer(request, plan.orElse(null), 0));
        }
        if (config.legalHold()) {
            throw SoniaException.of(ErrorCode.INVALID_STATE, "audit.legal_hold keeps every entry");
        }
        int batches = pruning.prune(plan.get(), call.context().origin(), request.batchSize(), clock.now());
        if (request.vacuum()) {
            journal.vacuum();
        }
        return kept(call, answer(request, plan.get(), batches));
    }

    private AuditPruning.Bounds bounds(PruneRequest request) {
        if ((request.before() == null) == (request.beforeSeq() == null)) {
            throw SoniaException.of(ErrorCode.INVALID_ARGUMENT, "Either before or before_seq says what to remove");
        }
        Instant before = request.before();
        Instant oldest = since(config.retentionDays());
        if (before != null && before.isAfter(oldest)) {
            throw tooYoung();
        }
        Map<String, Instant> classes = new HashMap<>();
        for (AuditConfig.Retention each : config.retention()) {
            Instant since = since(each.days());
            classes.put(each.operation(), before != null && before.isBefore(since) ? before : since);
        }
        return new AuditPruning.Bounds(request.beforeSeq(), before == null ? oldest : before, classes);
    }

    private Instant since(int days) {
        return clock.now().minus(Duration.ofDays(days));
    }

    private SoniaException tooYoung() {
        return AuditPruning.tooYoung().with("retention_days", config.retentionDays());
    }

    private PruneAnswer answer(PruneRequest request, AuditPruning.@Nullable Plan plan, int batches) {
        if (plan == null) {
            return new PruneAnswer(
                    service.wireName(), request.dryRun(), 0, 0, null, null, null, 0, config.retentionDays());
        }
        AuditTree.Anchor anchor = plan.anchor();
        return new PruneAnswer(
                service.wireName(),
                request.dryRun(),
                plan.entries(),
                request.dryRun() ? 0 : plan.entries(),
                plan.fromSeq(),
                anchor.size(),
                new PruneAnchor(anchor.size(), anchor.lastHash(), anchor.root(), anchor.size()),
                batches,
                config.retentionDays());
    }

    private Reply kept(Call<?> call, PruneAnswer answer) {
        journal.commit(tx -> {
            tx.remember(call.idempotencyKey(), new StoredReply(200, Json.bytes(answer), null));
            return answer;
        });
        return Reply.ok(answer);
    }
}
