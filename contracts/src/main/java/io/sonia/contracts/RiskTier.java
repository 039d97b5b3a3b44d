package io.sonia.contracts;

/** How much harm a tool can do; each tier has its own default answer at the gate. */
public enum RiskTier {
    SAFE_READ,
    GUARDED_LOW,
    GUARDED_MEDIUM,
    GUARDED_HIGH,
    BLOCKED
}
