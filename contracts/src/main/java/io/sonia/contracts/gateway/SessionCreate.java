package io.sonia.contracts.gateway;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.MaxBytes;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Opens a session. */
public record SessionCreate(
        @Nullable @Text(min = 1, max = 128) String userId,
        @Default("\"default\"") @Text(min = 1, max = 128) String conversationId,

        @Default("\"chat_low_latency\"") @Text(min = 1, max = 64)
        String profile,

        @Default("{}") @MaxBytes(4096) Map<String, @Nullable Object> metadata,
        @Default("1800") @Range(min = 60, max = 86_400) int ttlSeconds,
        @Default("600") @Range(min = 30, max = 86_400) int idleSeconds) {}
