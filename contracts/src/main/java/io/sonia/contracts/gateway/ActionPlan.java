package io.sonia.contracts.gateway;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.MaxBytes;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Plans one tool call and runs it as policy allows.
 *
 * @param intent the tool's name
 * @param maxRetries more tries of an idempotent tool that needs no grant
 */
public record ActionPlan(
        @Text(min = 1, max = 64) String intent,
        @Default("{}") @MaxBytes(1_048_576) Map<String, @Nullable Object> params,
        @Default("10000") @Range(min = 100, max = 120_000) int timeoutMs,
        @Default("0") @Range(max = 5) int maxRetries,
        @Nullable @Text(min = 1, max = 64) String sessionId,
        @Default("false") boolean dryRun,
        @Default("{}") @MaxBytes(4096) Map<String, @Nullable Object> metadata) {}
