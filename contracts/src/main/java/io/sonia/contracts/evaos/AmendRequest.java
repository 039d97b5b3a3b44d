package io.sonia.contracts.evaos;

import io.sonia.kernel.json.MaxBytes;
import io.sonia.kernel.json.Text;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Changes the arguments of a call that waits for a person. */
public record AmendRequest(
        @MaxBytes(1_048_576) Map<String, @Nullable Object> args,
        @Text(min = 1) String reason,
        @Nullable Long fenceToken) {}
