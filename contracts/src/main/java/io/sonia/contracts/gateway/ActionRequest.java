package io.sonia.contracts.gateway;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.MaxBytes;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs one tool through policy. */
public record ActionRequest(
        @Text(min = 1, max = 64) String toolName,
        @Default("{}") @MaxBytes(1_048_576) Map<String, @Nullable Object> args,
        @Default("10000") @Range(min = 100, max = 120_000) int timeoutMs,
        @Nullable @Text(min = 1, max = 64) String sessionId,
        @Default("0") @Range(max = 120_000) int waitApprovalMs,
        @Default("false") boolean dryRun) {}
