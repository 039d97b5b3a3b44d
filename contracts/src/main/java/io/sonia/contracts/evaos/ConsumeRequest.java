package io.sonia.contracts.evaos;

import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/** Uses up a grant just before the execution starts. */
public record ConsumeRequest(
        @Text(min = 1, max = 64) String grantId,
        @Text(min = 1, max = 64) String executionId,
        @Text(min = 64, max = 64) String digest,
        @Nullable Long fenceToken) {}
