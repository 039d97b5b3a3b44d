package io.sonia.contracts.evaos;

import io.sonia.kernel.identity.Role;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.MaxBytes;
import io.sonia.kernel.json.Text;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Asks what policy would say, without any effect.
 *
 * @param version the version to judge by, in force now or earlier; absent: the one in force
 * @param files policy files, name to text, that stand in for those of the version without being put in force
 */
public record EvaluateRequest(
        @Text(min = 1, max = 64) String toolName,
        @MaxBytes(1_048_576) Map<String, @Nullable Object> args,
        @Default("\"operator\"") Role role,
        @Nullable @Text(min = 1, max = 64) String version,

        @Default("{}") @Items(max = 6) @Text(max = 1_048_576)
        Map<String, String> files,

        @Default("{}") Circumstances circumstances) {

    /** Asks about a call under the policy in force. */
    public static EvaluateRequest of(
            String toolName, Map<String, @Nullable Object> args, Role role, Circumstances circumstances) {
        return new EvaluateRequest(toolName, args, role, null, Map.of(), circumstances);
    }
}
