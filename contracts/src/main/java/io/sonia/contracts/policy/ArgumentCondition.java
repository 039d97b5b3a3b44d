package io.sonia.contracts.policy;

import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Text;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an argument must be like; exactly one of the four is given. An absent argument matches nothing.
 *
 * @param glob a pattern over text, where {@code *} stays within one part between slashes and {@code **} does not; paths
 *     are seen normalised, relative to the workspace
 * @param in the texts it may equal
 * @param labels a pattern over the labels of a host name (RFC 1035), such as {@code **.example.org}; {@code *} stays
 *     within one label, {@code **} stands for any number of them; names are compared in their ASCII form (RFC 3490)
 * @param elements a pattern over the words of {@code argv}, however the command is given, such as {@code ["git", "push", "**"]}; {@code *} stays within
 *     one word, {@code **} stands for any number of them
 */
public record ArgumentCondition(
        @Nullable @Text(min = 1) String glob,
        @Nullable @Items(min = 1, max = 200) List<String> in,
        @Nullable @Text(min = 1, max = 253) String labels,

        @Nullable @Items(min = 1, max = 64) @Text(max = 4096)
        List<String> elements) {}
