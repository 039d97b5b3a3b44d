package io.sonia.contracts.console;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.MaxBytes;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One thing to say in a chat.
 *
 * @param waitApprovalMs how long the answer may wait for a person's decision
 */
public record SendRequest(
        @Text(min = 1, max = 16_000) String text,
        @Nullable @Text(min = 1, max = 64) String profile,
        @Default("{}") @MaxBytes(4096) Map<String, @Nullable Object> metadata,
        @Default("0") @Range(max = 120_000) int waitApprovalMs) {}
