package io.sonia.memory;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.ServiceDefinition;
import io.sonia.contracts.ServiceModule;
import io.sonia.contracts.ServiceParts;
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
import io.sonia.contracts.memory.ProvenanceAnswer;
import io.sonia.contracts.memory.ProvenanceChain;
import io.sonia.contracts.memory.ProvenanceDepth;
import io.sonia.contracts.memory.ProvenanceTrack;
import io.sonia.contracts.memory.ProvenanceTracked;
import io.sonia.contracts.memory.Redact;
import io.sonia.contracts.memory.Redacted;
import io.sonia.contracts.memory.RedactionList;
import io.sonia.contracts.memory.TypeFilter;
import io.sonia.contracts.memory.TypeList;
import io.sonia.contracts.memory.TypedAnswer;
import io.sonia.contracts.memory.TypedQuery;
import io.sonia.contracts.memory.TypedStore;
import io.sonia.contracts.memory.TypedStored;
import io.sonia.contracts.memory.VersionCreated;
import io.sonia.contracts.memory.VersionList;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peers;
import io.sonia.kernel.http.Route;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What was said before, by whom and when: durable, and found by its words. */
public final class MemoryModule implements ServiceModule {

    public static final ServiceDefinition DEFINITION = new ServiceDefinition(
            ServiceName.MEMORY_ENGINE, List.of(MemoryConfig.SECTION), MemorySchema.MIGRATIONS, MemoryModule::new);

    private final ServiceParts parts;
    private final Memories memories;
    private final @Nullable Embedding embedding;
    private final Reindexing reindexing;
    private final List<Route<?>> routes;

    MemoryModule(ServiceParts parts) {
        this.parts = parts;
        Foundation base =
                new Foundation(parts.journal(), parts.clock(), parts.ids(), Cursors.of(parts.home(), parts.clock()));
        Ledger ledger = new Ledger();
        Conflicts conflicts = new Conflicts(base, ledger);
        Versions versions = new Versions(ledger, conflicts, parts.ids());
        MemoryConfig config = parts.settings().section(MemoryConfig.SECTION);
        this.embedding = embedding(base, parts.peers(), config.embeddingModel());
        this.reindexing = new Reindexing(base, parts.peers().of(ServiceName.EVA_OS), embedding);
        this.memories = new Memories(base, ledger, versions, embedding, config.dedupe());
        HybridSearch searches = new HybridSearch(base, reindexing::runs, embedding, config.weights());
        this.routes = Stream.<List<Route<?>>>of(
                        new MemoryRoutes(memories, searches, parts.clock(), parts.metrics()).list(),
                        typed(new TypedMemories(base, ledger, versions, conflicts), conflicts),
                        kept(new Redactions(base, ledger, this::vectorsGone), new Provenances(base, ledger)),
                        documents(new Documents(base, ledger)),
                        List.of(
                                Route.of(
                                        Operation.MEMORY_BY_TYPE,
                                        TypeFilter.class,
                                        TypeList.class,
                                        new TypeListing(base)::page),
                                Route.of(Operation.INDEX_STATUS, IndexStatus.class, reindexing::status),
                                Route.of(Operation.INDEX_REBUILD, IndexRebuild.class, reindexing::rebuild)))
                .flatMap(List::stream)
                .toList();
    }

    private static @Nullable Embedding embedding(Foundation base, Peers peers, @Nullable String model) {
        return model == null
                ? null
                : new Embedding(base, new Embedder(peers.of(ServiceName.MODEL_ROUTER), base.clock(), model));
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
    public Map<String, @Nullable Object> detail() {
        return Map.of("memories", memories.total());
    }

    @Override
    public void start() {
        reindexing.start();
        if (embedding != null) {
            embedding.start();
        }
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
