package io.sonia.memory;

import io.sonia.contracts.ServiceDefinition;
import io.sonia.contracts.ServiceModule;
import io.sonia.contracts.ServiceParts;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.http.Route;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What was said before, by whom and when: durable, and found by its words. */
public final class MemoryModule implements ServiceModule {

    public static final ServiceDefinition DEFINITION = new ServiceDefinition(
            ServiceName.MEMORY_ENGINE, List.of(MemoryConfig.SECTION), MemorySchema.MIGRATIONS, MemoryModule::new);

    private final ServiceParts parts;
    private final Memories memories;
    private final List<Route<?>> routes;

    MemoryModule(ServiceParts parts) {
        this.parts = parts;
        this.memories = new Memories(
                parts.journal(),
                parts.clock(),
                parts.ids(),
                parts.settings().section(MemoryConfig.SECTION).dedupe());
        this.routes = new MemoryRoutes(memories, parts.clock(), parts.metrics()).list();
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
        parts.metrics().gauge("sonia_memory_items", "Memories in the ledger", memories::total);
    }

    @Override
    public void close() {}
}
