package io.sonia.contracts.openclaw;

import io.sonia.kernel.json.MaxBytes;
import io.sonia.kernel.json.Text;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Asks whether a call would be well formed and inside the sandbox, without running it. */
public record CheckRequest(
        @Text(min = 1, max = 64) String toolName,
        @MaxBytes(1_048_576) Map<String, @Nullable Object> args) {}
