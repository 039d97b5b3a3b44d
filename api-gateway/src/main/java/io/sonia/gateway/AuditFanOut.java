package io.sonia.gateway;

import io.sonia.contracts.audit.AuditRoutes;
import io.sonia.contracts.audit.ChainVerdict;
import io.sonia.contracts.audit.EntriesAnswer;
import io.sonia.contracts.audit.EntriesQuery;
import io.sonia.contracts.audit.EvidenceRoutes;
import io.sonia.contracts.audit.ExportAnswer;
import io.sonia.contracts.audit.ExportFormat;
import io.sonia.contracts.audit.ExportQuery;
import io.sonia.contracts.audit.HeadAnswer;
import io.sonia.contracts.audit.ProofAnswer;
import io.sonia.contracts.audit.ProofQuery;
import io.sonia.contracts.audit.PruneAnswer;
import io.sonia.contracts.audit.PruneRequest;
import io.sonia.contracts.audit.TraceAnswer;
import io.sonia.contracts.audit.TraceQuery;
import io.sonia.contracts.audit.VerifyAnswer;
import io.sonia.contracts.audit.VerifyQuery;
import io.sonia.journal.Journal;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import io.sonia.kernel.http.PeerFile;
import io.sonia.kernel.http.Peers;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.json.WireNamed;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The audit chains of all services through one door. */
final class AuditFanOut {

    private static final String ALL = "all";
    private static final Comparator<Map<String, @Nullable Object>> CAUSAL = Comparator.comparing(
                    (Map<String, @Nullable Object> entry) -> String.valueOf(entry.get("hlc")))
            .thenComparing(entry -> String.valueOf(entry.get("chain")))
            .thenComparing(entry -> entry.get("seq") instanceof Long seq ? seq : 0L);

    private final AuditRoutes own;
    private final Journal journal;
    private final Peers peers;

    AuditFanOut(AuditRoutes own, Journal journal, Peers peers) {
        this.own = own;
        this.journal = journal;
        this.peers = peers;
    }

    List<Route<?>> list() {
        return List.of(
                Route.of(Operation.AUDIT_EXPORT, ExportQuery.class, ExportAnswer.class, this::export),
                Route.of(Operation.AUDIT_PROOF, ProofQuery.class, ProofAnswer.class, this::prove),
                Route.of(Operation.AUDIT_ENTRIES, EntriesQuery.class, EntriesAnswer.class, this::entries),
                Route.of(Operation.AUDIT_VERIFY, VerifyQuery.class, VerifyAnswer.class, this::verify),
                Route.of(Operation.AUDIT_TRACE, TraceQuery.class, TraceAnswer.class, this::trace),
                Route.of(Operation.AUDIT_PRUNE, PruneRequest.class, PruneAnswer.class, this::prune),
                Route.of(Operation.AUDIT_HEAD, HeadAnswer.class, this::head));
    }

    private Reply entries(Call<EntriesQuery> call) {
        EntriesQuery query = call.input();
        ServiceName chain = chain(query.chain());
        if (chain != ServiceName.API_GATEWAY) {
            return Reply.ok(peers.of(chain)
                    .on(call.context(), Operation.AUDIT_ENTRIES)
                    .query("limit", query.limit())
                    .query("cursor", query.cursor())
                    .query("from_seq", query.fromSeq())
                    .query("to_seq", query.toSeq())
                    .query("actor_id", query.actorId())
                    .query("operation", query.operation())
                    .query("outcome", query.outcome())
                    .query("correlation_id", query.correlationId())
                    .query("resource_id", query.resourceId())
                    .query("since", query.since())
                    .query("until", query.until())
                    .send(EntriesAnswer.class));
        }
        EntriesAnswer answer = own.entries(query);
        recordRead(call);
        return Reply.ok(answer);
    }

    private Reply export(Call<ExportQuery> call) {
        ExportQuery query = call.input();
        ServiceName chain = chain(query.chain());
        if (chain == ServiceName.API_GATEWAY) {
            return own.evidence().export(call);
        }
        Peer.Request asked = peers.of(chain)
                .on(call.context(), Operation.AUDIT_EXPORT)
                .query("from_seq", query.fromSeq())
                .query("to_seq", query.toSeq())
                .query("format", WireNamed.of(query.format()))
                .query("allow_broken", query.allowBroken());
        return query.format() == ExportFormat.JSON
                ? Reply.ok(asked.send(ExportAnswer.class))
                : forwarded(asked.file(), query.format());
    }

    private static Reply forwarded(PeerFile file, ExportFormat format) {
        return new Reply.File(EvidenceRoutes.contentType(format), out -> {
            try (file) {
                file.copyTo(out);
            }
        });
    }

    private Reply prove(Call<ProofQuery> call) {
        ServiceName chain = chain(call.input().chain());
        if (chain == ServiceName.API_GATEWAY) {
            return own.evidence().prove(call);
        }
        ProofAnswer proof = peers.of(chain)
                .on(call.context(), Operation.AUDIT_PROOF)
                .path("seq", call.path("seq"))
                .send(ProofAnswer.class);
        return EvidenceRoutes.shown(proof, call.input().format());
    }

    private Reply verify(Call<VerifyQuery> call) {
        VerifyQuery query = call.input();
        List<ChainVerdict> verdicts = new ArrayList<>();
        for (ServiceName service :
                ALL.equals(query.chain()) ? List.of(ServiceName.values()) : List.of(chain(query.chain()))) {
            verdicts.add(verdict(call, service));
        }
        recordRead(call);
        return Reply.ok(new VerifyAnswer(
                verdicts.stream().allMatch(ChainVerdict::valid),
                verdicts.stream().mapToLong(ChainVerdict::checkedEntries).sum(),
                verdicts));
    }

    private ChainVerdict verdict(Call<VerifyQuery> call, ServiceName service) {
        VerifyQuery query = call.input();
        if (service == ServiceName.API_GATEWAY) {
            return own.verdict(query);
        }
        try {
            return peers.of(service)
                    .on(call.context(), Operation.AUDIT_VERIFY)
                    .query("from_seq", query.fromSeq())
                    .query("to_seq", query.toSeq())
                    .send(VerifyAnswer.class)
                    .chains()
                    .getFirst();
        } catch (SoniaException e) {
            return new ChainVerdict(service.wireName(), false, 0, null, e.code().name());
        }
    }

    private Reply trace(Call<TraceQuery> call) {
        String correlationId = call.path("correlation_id");
        int limit = call.input().limit();
        List<Map<String, @Nullable Object>> entries = new ArrayList<>(own.trace(correlationId, limit));
        List<String> asked = new ArrayList<>(List.of(ServiceName.API_GATEWAY.wireName()));
        List<String> missing = new ArrayList<>();
        for (ServiceName service : ServiceName.values()) {
            if (service == ServiceName.API_GATEWAY) {
                continue;
            }
            Peer peer = peers.of(service);
            try {
                entries.addAll(peer.on(call.context(), Operation.AUDIT_TRACE)
                        .path("correlation_id", correlationId)
                        .query("limit", limit)
                        .send(TraceAnswer.class)
                        .entries());
                asked.add(service.wireName());
            } catch (SoniaException e) {
                missing.add(service.wireName());
            }
        }
        recordRead(call);
        entries.sort(CAUSAL);
        List<Map<String, @Nullable Object>> shown = entries.size() > limit ? entries.subList(0, limit) : entries;
        return Reply.ok(new TraceAnswer(correlationId, shown, asked, missing.isEmpty(), missing, shown.size()));
    }

    private Reply prune(Call<PruneRequest> call) {
        ServiceName chain = chain(call.input().chain());
        IdempotencyKey key = call.idempotencyKey();
        return chain == ServiceName.API_GATEWAY
                ? own.pruning().prune(call)
                : Reply.ok(peers.of(chain)
                        .on(call.context(), Operation.AUDIT_PRUNE)
                        .idempotencyKey(key == null ? null : key.key())
                        .body(call.input())
                        .send(PruneAnswer.class));
    }

    private Reply head(Call<Empty> call) {
        return Reply.ok(own.head());
    }

    private void recordRead(Call<?> call) {
        journal.append(call.audit().about("audit", "chains"));
    }

    private static ServiceName chain(@Nullable String name) {
        if (name == null) {
            return ServiceName.API_GATEWAY;
        }
        return ServiceName.byWireName(name)
                .orElseThrow(() -> SoniaException.of(ErrorCode.INVALID_ARGUMENT, "There is no such chain"));
    }
}
