package io.sonia.contracts.audit;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything on record about one correlation id, causes before effects.
 *
 * @param missing services that could not be asked
 */
public record TraceAnswer(
        String correlationId,
        List<Map<String, @Nullable Object>> entries,
        List<String> services,
        boolean complete,
        List<String> missing,
        int count) {}
