package io.sonia.contracts.evaos;

import java.time.Instant;

/** The permission to start exactly one execution; asking again gives the same one until it is used or expires. */
public record GrantAnswer(String approvalToken, String grantId, long fenceToken, Instant expiresAt) {}
