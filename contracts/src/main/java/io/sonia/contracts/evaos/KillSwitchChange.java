package io.sonia.contracts.evaos;

import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/**
 * Sets or lifts a stop.
 *
 * @param target the tool, session or actor; required unless the scope is {@code all} or {@code tools}
 */
public record KillSwitchChange(
        KillSwitch.Scope scope,
        @Nullable @Text(min = 1, max = 128) String target,
        boolean engaged,
        @Text(min = 1) String reason) {}
