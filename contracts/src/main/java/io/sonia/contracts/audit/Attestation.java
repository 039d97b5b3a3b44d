package io.sonia.contracts.audit;

/**
 * How a chain stands towards what EVA-OS has signed of it.
 *
 * @param renew has the head signed as it is now; returns also if that fails
 */
public record Attestation(HeadCheck heads, Runnable renew) {}
