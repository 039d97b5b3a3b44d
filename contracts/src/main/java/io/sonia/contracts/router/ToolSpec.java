package io.sonia.contracts.router;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.MaxBytes;
import io.sonia.kernel.json.Text;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A tool offered to a model; {@code argsSchema} is JSON Schema 2020-12 of its arguments. */
public record ToolSpec(
        @Text(min = 1, max = 64, pattern = "[A-Za-z0-9_.-]+")
        String name,

        @Text(max = 4000) @Default("\"\"") String description,
        @MaxBytes(64 * 1024) Map<String, @Nullable Object> argsSchema) {}
