package io.sonia.contracts.router;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A model a provider lists; {@code contextLength} in tokens, null where the provider does not say. */
public record ModelEntry(
        String name,
        List<Capability> capabilities,
        @Nullable Integer contextLength) {

    public ModelEntry {
        capabilities = List.copyOf(capabilities);
    }
}
