package io.sonia.contracts.evaos;

import io.sonia.kernel.json.MaxBytes;
import io.sonia.kernel.json.Text;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Changes a person; what is absent stays. A suspended person's keys are refused until the person is active again. */
public record UserUpdate(
        @Nullable @Text(min = 1, max = 100, pattern = "\\P{Cntrl}+")
        String displayName,

        @Nullable UserRole role,
        @Nullable UserStatus status,
        @Nullable @MaxBytes(4096) Map<String, @Nullable Object> metadata) {}
