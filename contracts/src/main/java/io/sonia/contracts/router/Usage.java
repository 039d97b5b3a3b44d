package io.sonia.contracts.router;

import org.jspecify.annotations.Nullable;

/**
 * What a model call consumed.
 *
 * @param costMicro price in millionths of the price list's currency; null where no price is known
 * @param synthetic true if no language model made the answer: the built-in provider did
 * @param estimated true if the provider reported no counts and these are one token per four characters
 */
public record Usage(
        int promptTokens, int completionTokens, @Nullable Long costMicro, boolean synthetic, boolean estimated) {}
