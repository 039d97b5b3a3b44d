package io.sonia.contracts.openclaw;

import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/**
 * One change a tool made outside of SONIA's own records.
 *
 * @param kind what changed, such as {@code file} or {@code process}
 * @param target what it was done to: a path, an argument list, an address or an id
 * @param beforeSha256 content before, null if there was none
 * @param afterSha256 content afterwards, null if it is not known
 */
public record SideEffect(
        String kind,
        @Text(max = 4096) String target,
        @Nullable String beforeSha256,
        @Nullable String afterSha256) {}
