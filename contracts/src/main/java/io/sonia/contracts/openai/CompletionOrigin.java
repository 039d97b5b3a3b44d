package io.sonia.contracts.openai;

import io.sonia.contracts.gateway.Turn;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What SONIA has to say of an answer beyond the OpenAI API; clients that do not know it pass over it.
 *
 * @param backend the {@code provider/model} that answered last; null before any did
 * @param costMicro in millionths of the price list's currency; null where no price is known
 * @param pendingApprovals what the turn waits for; it goes on by itself once that is decided
 */
public record CompletionOrigin(
        String turnId, @Nullable String backend, @Nullable Long costMicro, List<Turn.Pending> pendingApprovals) {}
