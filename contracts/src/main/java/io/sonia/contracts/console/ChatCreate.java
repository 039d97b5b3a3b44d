package io.sonia.contracts.console;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.MaxBytes;
import io.sonia.kernel.json.Text;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Asks for a new chat. */
public record ChatCreate(
        @Default("\"New chat\"") @Text(min = 1, max = 200) String title,
        @Nullable @Text(min = 1, max = 64) String nodeId,
        @Default("{}") @MaxBytes(4096) Map<String, @Nullable Object> metadata) {}
