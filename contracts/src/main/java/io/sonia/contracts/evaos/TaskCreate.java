package io.sonia.contracts.evaos;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.MaxBytes;
import io.sonia.kernel.json.Text;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Asks for a new task. */
public record TaskCreate(
        @Default("\"unnamed\"") @Text(min = 1, max = 200) String name,

        @Nullable @Text(min = 5, max = 64, pattern = "tsk_[A-Za-z0-9_.-]+")
        String taskId,

        @Default("\"manual\"") TaskKind kind,
        @Default("{}") @MaxBytes(16_384) Map<String, @Nullable Object> metadata) {}
