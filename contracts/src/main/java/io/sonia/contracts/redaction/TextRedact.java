package io.sonia.contracts.redaction;

import io.sonia.kernel.json.Text;

/**
 * Has a text destroyed wherever this service keeps it.
 *
 * @param text as it was said, every character and the case of each letter
 */
public record TextRedact(
        @Text(min = 3, max = 4000) String text,
        @Text(min = 1, max = 500) String reason) {}
