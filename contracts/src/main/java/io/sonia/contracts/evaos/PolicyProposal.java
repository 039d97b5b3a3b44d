package io.sonia.contracts.evaos;

import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Text;
import java.util.Map;

/**
 * Asks for a change of policy; a person has to approve it.
 *
 * @param files policy files, name to text, that take the place of those in force; the others stay
 */
public record PolicyProposal(
        @Items(min = 1, max = 6) @Text(max = 1_048_576) Map<String, String> files,
        @Text(min = 1) String reason) {}
