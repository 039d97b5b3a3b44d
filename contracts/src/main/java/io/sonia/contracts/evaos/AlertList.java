package io.sonia.contracts.evaos;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of alerts, newest first.
 *
 * @param openCount alerts that nobody has acknowledged, on this page or not
 */
public record AlertList(
        List<Alert> alerts,
        int openCount,
        int count,
        int total,
        @Nullable String nextCursor) {}
