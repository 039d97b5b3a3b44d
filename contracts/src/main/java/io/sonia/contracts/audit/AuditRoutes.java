package io.sonia.contracts.audit;

import io.sonia.contracts.Cursors;
import io.sonia.journal.AuditChain;
import io.sonia.journal.AuditEntry;
import io.sonia.journal.Journal;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One service's audit chain over HTTP. Reading it is itself put on record. */
public final class AuditRoutes {

    private final ServiceName service;
    private final Journal journal;
    private final Cursors cursors;

    public AuditRoutes(ServiceName service, Journal journal, Cursors cursors) {
        this.service = service;
        this.journal = journal;
        this.cursors = cursors;
    }

    public List<Route<?>> list() {
        return List.of(
                Route.of(Operation.AUDIT_ENTRIES, EntriesQuery.class, EntriesAnswer.class, this::entries),
                Route.of(Operation.AUDIT_VERIFY, VerifyQuery.class, VerifyAnswer.class, this::verify),
                Route.of(Operation.AUDIT_TRACE, TraceQuery.class, TraceAnswer.class, this::trace),
                Route.of(Operation.AUDIT_HEAD, HeadAnswer.class, this::head));
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
                maps(page.entries()),
                new HeadAnswer(page.head().size(), page.head().hash()),
                page.entries().size(),
                page.total(),
                next == null ? null : cursors.after(new Cursors.Position(Instant.EPOCH, next.toString()), name));
    }

    /** Checks the chain from its first to its newest entry, or a part of it. */
    public ChainVerdict verdict(VerifyQuery query) {
        return ChainVerdict.of(service.wireName(), journal.chain().verify(query.fromSeq(), query.toSeq()));
    }

    /** The entries of one correlation id in this chain, in order. */
    public List<Map<String, @Nullable Object>> trace(String correlationId, int limit) {
        return maps(journal.chain().trace(correlationId, limit));
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
        AuditChain.Head head = journal.chain().head();
        return Reply.ok(new HeadAnswer(head.size(), head.hash()));
    }

    private void recordRead(Call<?> call) {
        journal.append(call.audit().about("audit", service.wireName()));
    }

    private static List<Map<String, @Nullable Object>> maps(List<AuditEntry> entries) {
        return entries.stream().map(AuditEntry::toMap).toList();
    }
}
