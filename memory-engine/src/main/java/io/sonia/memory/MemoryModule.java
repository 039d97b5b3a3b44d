package io.sonia.memory;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.ServiceDefinition;
import io.sonia.contracts.ServiceModule;
import io.sonia.contracts.ServiceParts;
import io.sonia.contracts.gateway.SloConfig;
import io.sonia.contracts.gateway.SloShed;
import io.sonia.contracts.gateway.SloStatus;
import io.sonia.contracts.memory.ChunkList;
import io.sonia.contracts.memory.ConflictFilter;
import io.sonia.contracts.memory.ConflictList;
import io.sonia.contracts.memory.ConflictResolve;
import io.sonia.contracts.memory.ConflictResolved;
import io.sonia.contracts.memory.DocDeleted;
import io.sonia.contracts.memory.DocFilter;
import io.sonia.contracts.memory.DocIngest;
import io.sonia.contracts.memory.DocIngested;
import io.sonia.contracts.memory.DocList;
import io.sonia.contracts.memory.IndexRebuild;
import io.sonia.contracts.memory.IndexStatus;
import io.sonia.contracts.memory.NewVersion;
import io.sonia.contracts.memory.PageQuery;
import io.sonia.contracts.memory.Pragmas;
import io.sonia.contracts.memory.ProvenanceAnswer;
import io.sonia.contracts.memory.ProvenanceChain;
import io.sonia.contracts.memory.ProvenanceDepth;
import io.sonia.contracts.memory.ProvenanceTrack;
import io.sonia.contracts.memory.ProvenanceTracked;
import io.sonia.contracts.memory.QualityQuery;
import io.sonia.contracts.memory.QualityReport;
import io.sonia.contracts.memory.Redact;
import io.sonia.contracts.memory.Redacted;
import io.sonia.contracts.memory.RedactionList;
import io.sonia.contracts.memory.TypeFilter;
import io.sonia.contracts.memory.TypeList;
import io.sonia.contracts.memory.TypedAnswer;
import io.sonia.contracts.memory.TypedQuery;
import io.sonia.contracts.memory.TypedStore;
import io.sonia.contracts.memory.TypedStored;
import io.sonia.contracts.memory.UserErase;
import io.sonia.contracts.memory.UserErased;
import io.sonia.contracts.memory.VersionCreated;
import io.sonia.contracts.memory.VersionList;
import io.sonia.contracts.redaction.TextPlace;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.http.TokenBuckets;
import io.sonia.kernel.json.WireNamed;
import io.sonia.kernel.metrics.Counter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What was said before, by whom and when: durable, and found by its words. */
public final class MemoryModule implements ServiceModule {

    public static final ServiceDefinition DEFINITION = new ServiceDefinition(
            ServiceName.MEMORY_ENGINE, List.of(MemoryConfig.SECTION), MemorySchema.MIGRATIONS, MemoryModule::new);

    private static final Duration EXPIRE_EVERY = Duration.ofMinutes(10);

    private final ServiceParts parts;
    private final Memories memories;
    private final @Nullable Embedding embedding;
    private final Reindexing reindexing;
    private final Histories histories;
    private final Counter shed;
    private final LongAdder putOff = new LongAdder();
    private final List<Route<?>> routes;

    MemoryModule(ServiceParts parts) {
        this.parts = parts;
        Foundation base =
                new Foundation(parts.journal(), parts.clock(), parts.ids(), Cursors.of(parts.home(), parts.clock()));
        Ledger ledger = new Ledger();
        Conflicts conflicts = new Conflicts(base, ledger);
        Versions versions = new Versions(ledger, conflicts, parts.ids());
        MemoryConfig config = parts.settings().section(MemoryConfig.SECTION);
        this.shed = parts.metrics()
                .counter("sonia_slo_shed_total", "Work left undone because the stack is too slow", "kind");
        this.embedding = embedding(base, config.embeddingModel());
        this.reindexing = new Reindexing(base, parts.peers().of(ServiceName.EVA_OS), embedding, background());
        this.memories = new Memories(base, ledger, versions, embedding, config.dedupe());
        this.histories = new Histories(base);
        HybridSearch searches = new HybridSearch(base, reindexing::runs, embedding, config.weights());
        Documents documents = new Documents(base, ledger);
        Restores restores = new Restores(base, ledger, versions);
        WritePolicy policy = new WritePolicy(config.modelWrites(), new TokenBuckets(parts.clock()));
        GovernedWrites writes = new GovernedWrites(base, ledger, memories, policy);
        this.routes = Stream.<List<Route<?>>>of(
                        new MemoryRoutes(memories, writes, searches, parts.clock(), parts.metrics()).list(),
                        typed(new TypedMemories(base, ledger, versions, conflicts), conflicts),
                        kept(new Redactions(base, ledger, this::vectorsGone), new Provenances(base, ledger)),
                        documents(documents),
                        histories.list(),
                        new Snapshots(base, restores, config.snapshotKeep()).list(),
                        whole(base, new Erasures(base, ledger, documents, this::vectorsGone)))
                .flatMap(List::stream)
                .toList();
    }

    /** What is about the memory as a whole. */
    private List<Route<?>> whole(Foundation base, Erasures erasures) {
        return List.of(
                Route.of(Operation.MEMORY_PRAGMAS, Pragmas.class, new StoreSettings(parts.journal())::pragmas),
                Route.of(
                        Operation.MEMORY_QUALITY,
                        QualityQuery.class,
                        QualityReport.class,
                        new QualityFindings(base)::page),
                Route.of(Operation.USER_ERASE, UserErase.class, UserErased.class, erasures::erase),
                Route.of(Operation.MEMORY_BY_TYPE, TypeFilter.class, TypeList.class, new TypeListing(base)::page),
                Route.of(Operation.INDEX_STATUS, IndexStatus.class, reindexing::status),
                Route.of(Operation.INDEX_REBUILD, IndexRebuild.class, reindexing::rebuild));
    }

    private @Nullable Embedding embedding(Foundation base, @Nullable String model) {
        return model == null
                ? null
                : new Embedding(
                        base,
                        new Embedder(parts.peers().of(ServiceName.MODEL_ROUTER), base.clock(), model),
                        background());
    }

    /** The api-gateway says in its calls whether the stack is too slow. */
    private BackgroundWork background() {
        return new BackgroundWork(
                () -> parts.peers().slo().mode().sheds()
                        && parts.settings().section(SloConfig.SECTION).shed().contains(SloShed.BACKGROUND),
                () -> {
                    putOff.increment();
                    shed.increment(WireNamed.of(SloShed.BACKGROUND));
                });
    }

    private void vectorsGone() {
        if (embedding != null) {
            embedding.reload();
        }
    }

    private static List<Route<?>> typed(TypedMemories typed, Conflicts conflicts) {
        return List.of(
                Route.of(Operation.MEMORY_TYPED_STORE, TypedStore.class, TypedStored.class, typed::store),
                Route.of(Operation.MEMORY_TYPED_QUERY, TypedQuery.class, TypedAnswer.class, typed::query),
                Route.of(Operation.MEMORY_VERSION, NewVersion.class, VersionCreated.class, typed::version),
                Route.of(Operation.MEMORY_VERSIONS, PageQuery.class, VersionList.class, typed::versions),
                Route.of(Operation.MEMORY_CONFLICTS, ConflictFilter.class, ConflictList.class, conflicts::list),
                Route.of(Operation.MEMORY_RESOLVE, ConflictResolve.class, ConflictResolved.class, conflicts::resolve));
    }

    private static List<Route<?>> documents(Documents documents) {
        return List.of(
                Route.of(Operation.DOC_INGEST, DocIngest.class, DocIngested.class, documents::ingest),
                Route.of(Operation.DOC_LIST, DocFilter.class, DocList.class, documents::list),
                Route.of(Operation.DOC_CHUNKS, PageQuery.class, ChunkList.class, documents::chunks),
                Route.of(Operation.DOC_DELETE, DocDeleted.class, documents::delete));
    }

    private static List<Route<?>> kept(Redactions redactions, Provenances provenances) {
        return List.of(
                Route.of(Operation.MEMORY_REDACT, Redact.class, Redacted.class, redactions::redact),
                Route.of(Operation.MEMORY_REDACTION_AUDIT, PageQuery.class, RedactionList.class, redactions::list),
                Route.of(Operation.PROV_TRACK, ProvenanceTrack.class, ProvenanceTracked.class, provenances::track),
                Route.of(Operation.PROV_GET, ProvenanceAnswer.class, provenances::get),
                Route.of(Operation.PROV_CHAIN, ProvenanceDepth.class, ProvenanceChain.class, provenances::chain));
    }

    @Override
    public List<Route<?>> routes() {
        return routes;
    }

    @Override
    public List<TextPlace> texts() {
        return Stream.of(Ledger.TEXTS, Histories.TEXTS, SnapshotStore.TEXTS)
                .flatMap(List::stream)
                .toList();
    }

    @Override
    public Map<String, @Nullable Object> detail() {
        return Map.of("memories", memories.total(), SloStatus.PUT_OFF, putOff.sum());
    }

    @Override
    public void start() {
        reindexing.start();
        if (embedding != null) {
            embedding.start();
        }
        Duration kept = parts.settings().section(MemoryConfig.SECTION).history();
        parts.timers().every("conversation history", EXPIRE_EVERY, () -> histories.expire(kept));
        parts.metrics().gauge("sonia_memory_items", "Memories in the ledger", memories::total);
    }

    @Override
    public void close() {
        reindexing.close();
        if (embedding != null) {
            embedding.close();
        }
    }
}
