package io.sonia.contracts.evaos;

import io.sonia.kernel.identity.Role;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.MaxBytes;
import io.sonia.kernel.json.Text;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Asks what policy would say, without any effect.
 *
 * @param version when given it must be the version in force; no other is kept
 */
public record EvaluateRequest(
        @Text(min = 1, max = 64) String toolName,
        @MaxBytes(1_048_576) Map<String, @Nullable Object> args,
        @Default("\"operator\"") Role role,
        @Nullable @Text(min = 1, max = 64) String version) {}
