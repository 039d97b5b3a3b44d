package io.sonia.contracts.console;

import java.time.Instant;

/**
 * A browser's new session. Its other half is a cookie that scripts cannot read.
 *
 * @param page goes with every request in {@code X-Sonia-Page}; the cookie counts for nothing without it
 */
public record SignedIn(String page, String actorId, String actorRole, Instant expiresAt) {}
