package io.sonia.contracts.console;

import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/** What to change about a chat; what is absent stays. */
public record ChatUpdate(
        @Nullable @Text(min = 1, max = 200) String title,
        @Nullable Boolean archived,
        @Nullable @Text(min = 1, max = 64) String nodeId) {}
