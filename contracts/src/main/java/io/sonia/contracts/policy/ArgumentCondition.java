package io.sonia.contracts.policy;

import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Text;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an argument must be like; exactly one of the two is given. An absent argument matches nothing.
 *
 * @param glob a pattern over text, where {@code *} stays within one part between slashes and {@code **} does not
 * @param in the texts it may equal
 */
public record ArgumentCondition(
        @Nullable @Text(min = 1) String glob,
        @Nullable @Items(min = 1, max = 200) List<String> in) {}
