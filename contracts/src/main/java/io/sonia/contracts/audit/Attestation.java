package io.sonia.contracts.audit;

import io.sonia.kernel.settings.AuditConfig;

/**
 * How a chain stands towards what EVA-OS has signed of it.
 *
 * @param renew has the head signed as it is now; returns also if that fails
 * @param config how it is attested, and for how long it is kept
 */
public record Attestation(HeadCheck heads, Runnable renew, AuditConfig config) {}
