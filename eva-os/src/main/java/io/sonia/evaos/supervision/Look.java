package io.sonia.evaos.supervision;

import org.jspecify.annotations.Nullable;

/**
 * What one look at a service has shown.
 *
 * @param latencyMs how long the answer took; null if there was none
 * @param problem why the service is not well, or null if it is
 */
public record Look(@Nullable Double latencyMs, @Nullable String problem) {

    public boolean good() {
        return problem == null;
    }
}
