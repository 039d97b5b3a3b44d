package io.sonia.contracts.memory;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Text;

/**
 * Has the content of a memory destroyed for good.
 *
 * @param wholeChain true: of all its versions
 */
public record Redact(
        @Text(min = 1, max = 128) String memoryId,
        @Text(min = 1, max = 500) String reason,
        @Default("true") boolean wholeChain) {}
