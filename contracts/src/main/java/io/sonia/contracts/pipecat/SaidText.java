package io.sonia.contracts.pipecat;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.MaxBytes;
import io.sonia.kernel.json.Text;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The data of a client's message frame. */
public record SaidText(
        @Text(min = 1, max = 16_000, pattern = "(?s).*\\S.*")
        String text,

        @Default("\"user\"") @Text(pattern = "user") String role,
        @Default("{}") @MaxBytes(4096) Map<String, @Nullable Object> metadata) {}
