package io.sonia.contracts.router;

import io.sonia.kernel.json.Items;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The models of one provider as of its last probe; null before the first. */
public record ProviderModels(
        String provider,
        boolean available,
        @Items(max = 2000) List<ModelEntry> models,
        int count,
        @Nullable Instant asOf) {}
