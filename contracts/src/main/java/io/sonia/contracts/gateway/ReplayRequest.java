package io.sonia.contracts.gateway;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Text;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Asks for a turn to be decided again from its recording.
 *
 * @param policyVersion what to judge its calls by; absent: for each call what it was judged by
 * @param files policy files, name to text, that stand in for those of the version without being put in force
 */
public record ReplayRequest(
        @Nullable @Text(min = 1, max = 64) String policyVersion,

        @Default("{}") @Items(max = 6) @Text(max = 1_048_576)
        Map<String, String> files) {}
