package io.sonia.contracts.openclaw;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.MaxBytes;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Asks for one run of a tool.
 *
 * @param approvalToken the grant; needed for every tier above safe_read
 * @param executionId names the run, so that asking again finds its outcome; made when absent
 * @param timeoutMs the tool's own default when absent, and never more than the tool's ceiling
 * @param correlationId when given it must be the request's own
 * @param tainted whether its turn has taken in content that nobody of the house wrote
 */
public record ExecuteRequest(
        @Text(min = 1, max = 64) String toolName,
        @Default("{}") @MaxBytes(1_048_576) Map<String, @Nullable Object> args,
        @Nullable @Text(min = 1, max = 2048) String approvalToken,

        @Nullable @Text(min = 5, max = 64, pattern = "(exe_|act_)[A-Za-z0-9_.-]+")
        String executionId,

        @Nullable @Range(min = 100, max = 120_000) Integer timeoutMs,
        @Nullable @Text(min = 1, max = 128) String sessionId,
        @Nullable @Text(min = 1, max = 128) String correlationId,
        @Default("false") boolean tainted) {}
