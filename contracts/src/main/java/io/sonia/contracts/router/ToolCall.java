package io.sonia.contracts.router;

import io.sonia.kernel.json.MaxBytes;
import io.sonia.kernel.json.Text;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A tool call a model proposes; nothing runs until it is decided on. */
public record ToolCall(
        @Text(min = 1, max = 128) String id,
        @Text(min = 1, max = 128) String name,
        @MaxBytes(1024 * 1024) Map<String, @Nullable Object> arguments) {}
