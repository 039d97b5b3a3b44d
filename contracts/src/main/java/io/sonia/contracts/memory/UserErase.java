package io.sonia.contracts.memory;

import io.sonia.kernel.json.Query;
import io.sonia.kernel.json.Text;

/**
 * Has everything of a user taken out of the memory.
 *
 * @param confirm the user's id once more
 */
public record UserErase(@Query @Text(min = 1, max = 128) String confirm) {}
