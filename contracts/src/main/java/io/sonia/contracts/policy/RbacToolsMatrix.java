package io.sonia.contracts.policy;

import io.sonia.kernel.identity.Role;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.time.Instant;
import java.util.List;

/**
 * {@code rbac_tools_matrix.json}: which role may use which tools at all. A deny wins; what no entry mentions is denied.
 */
public record RbacToolsMatrix(
        @Range(min = 1, max = 1) int schema,
        @Range(min = 1) int version,
        Instant updatedAt,
        @Items(max = 500) List<Entry> entries) {

    /** Tools (globs over names) that a role may or may not use. */
    public record Entry(
            Role role,

            @Items(min = 1, max = 100) @Text(min = 1, max = 64)
            List<String> tools,

            Effect effect) {}

    /** What an entry says. */
    public enum Effect {
        ALLOW,
        DENY
    }
}
