package io.sonia.contracts.audit;

import java.util.List;

/** What EVA-OS has signed last of each chain. */
public record SignedHeads(List<SignedHead> heads) {}
