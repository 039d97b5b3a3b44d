package io.sonia.contracts.evaos;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Service tokens that have successors; the services take them from their files by themselves. */
public record ServiceRotated(List<Rotated> rotated) {

    /** One of them; null if there was none before. */
    public record Rotated(
            String service, long generation, @Nullable Instant previousValidUntil) {}
}
