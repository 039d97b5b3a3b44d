package io.sonia.contracts.audit;

import io.sonia.contracts.Cursors;
import io.sonia.journal.AuditChain;
import io.sonia.journal.AuditTree;
import io.sonia.journal.Journal;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One service's audit chain over HTTP. Reading it is itself put on record. */
public final class AuditRoutes {

    private final ServiceName service;
    private final Journal journal;
    private final Cursors cursors;
    private final Attestation attestation;
    private final Clock clock;
    private final EvidenceRoutes evidence;
    private final PruneRoute pruning;

    public AuditRoutes(
            ServiceName service, Journal journal, Cursors cursors, Attestation attestation, Clock clock, Ids ids) {
        this.service = service;
        this.journal = journal;
        this.cursors = cursors;
        this.attestation = attestation;
        this.clock = clock;
        this.evidence = new EvidenceRoutes(service, journal, attestation, clock, ids);
        this.pruning = new PruneRoute(service, journal, attestation.config(), clock);
    }

    public List<Route<?>> list() {
        List<Route<?>> all = new ArrayList<>(evidence.list());
        all.addAll(List.of(
                Route.of(Operation.AUDIT_ENTRIES, EntriesQuery.class, EntriesAnswer.class, this::entries),
                Route.of(Operation.AUDIT_VERIFY, VerifyQuery.class, VerifyAnswer.class, this::verify),
                Route.of(Operation.AUDIT_TRACE, TraceQuery.class, TraceAnswer.class, this::trace),
                Route.of(Operation.AUDIT_PRUNE, PruneRequest.class, PruneAnswer.class, pruning::prune),
                Route.of(Operation.AUDIT_HEAD, HeadAnswer.class, this::head)));
        return List.copyOf(all);
    }

    /** Exports and proofs. */
    public EvidenceRoutes evidence() {
        return evidence;
    }

    /** Removal of old entries. */
    public PruneRoute pruning() {
        return pruning;
    }

    /** The page a query asks for. */
    public EntriesAnswer entries(EntriesQuery query) {
        AuditChain.Filter filter = new AuditChain.Filter(
                query.fromSeq(),
                query.toSeq(),
                query.actorId(),
                query.operation(),
                query.outcome(),
                query.correlationId(),
                query.resourceId(),
                query.since(),
                query.until());
        String name = "audit " + service + " " + filter;
        Cursors.Position position = cursors.read(query.cursor(), name);
        Long before = position == null ? null : Long.valueOf(position.id());
        AuditChain.Page page = journal.chain().entries(filter, query.limit(), before);
        Long next = page.next();
        return new EntriesAnswer(
                service.wireName(),
                marks().shown(page.entries()),
                new ChainHead(page.head().size(), page.head().hash()),
                page.entries().size(),
                page.total(),
                next == null ? null : cursors.after(new Cursors.Position(Instant.EPOCH, next.toString()), name));
    }

    /** Checks the chain from its first to its newest entry, or a part of it. */
    public ChainVerdict verdict(VerifyQuery query) {
        AuditChain.Verification found = journal.chain().verify(query.fromSeq(), query.toSeq());
        ChainVerdict verdict = ChainVerdict.of(service.wireName(), found);
        return found.valid()
                ? verdict.attested(
                        journal.tree().root(journal.chain().head().size()),
                        attestation.heads().anchored(),
                        attestation.heads().problem())
                : verdict;
    }

    /** The entries of one correlation id in this chain, in order. */
    public List<Map<String, @Nullable Object>> trace(String correlationId, int limit) {
        return marks().shown(journal.chain().trace(correlationId, limit));
    }

    private Reply entries(Call<EntriesQuery> call) {
        EntriesAnswer answer = entries(call.input());
        recordRead(call);
        return Reply.ok(answer);
    }

    private Reply verify(Call<VerifyQuery> call) {
        ChainVerdict verdict = verdict(call.input());
        recordRead(call);
        return Reply.ok(new VerifyAnswer(verdict.valid(), verdict.checkedEntries(), List.of(verdict)));
    }

    private Reply trace(Call<TraceQuery> call) {
        String correlationId = call.path("correlation_id");
        List<Map<String, @Nullable Object>> entries =
                trace(correlationId, call.input().limit());
        recordRead(call);
        return Reply.ok(
                new TraceAnswer(correlationId, entries, List.of(service.wireName()), true, List.of(), entries.size()));
    }

    private Reply head(Call<Empty> call) {
        return Reply.ok(head());
    }

    /** How far the chain goes, and how far it is signed. */
    public HeadAnswer head() {
        AuditTree.Growth now = journal.tree().growth(0);
        Optional<AuditTree.Anchor> anchor = journal.tree().anchor();
        return new HeadAnswer(
                now.size(),
                now.lastHash(),
                now.root(),
                anchor.map(AuditTree.Anchor::note).orElse(null),
                anchor.map(AuditTree.Anchor::size).orElse(0L),
                anchor.map(each ->
                                Duration.between(each.signedAt(), clock.now()).toMillis())
                        .orElse(null));
    }

    private EntryState.Marks marks() {
        return new EntryState.Marks(
                journal.tree().integrated(),
                journal.tree().anchor().map(AuditTree.Anchor::size).orElse(0L));
    }

    private void recordRead(Call<?> call) {
        journal.append(call.audit().about("audit", service.wireName()));
    }
}
