package io.sonia.contracts.audit;

import java.util.List;

/** Whether every chain asked for verifies. */
public record VerifyAnswer(boolean valid, long checkedEntries, List<ChainVerdict> chains) {}
