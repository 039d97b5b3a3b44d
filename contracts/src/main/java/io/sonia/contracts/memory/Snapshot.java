package io.sonia.contracts.memory;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which memories were in force at a time.
 *
 * @param sessionId the session it is limited to; null: none
 * @param ledgerCount memories, pieces of documents not counted
 * @param documentCount documents there were; a restore leaves documents alone
 * @param digest SHA-256 over the digests of the memories' contents in ascending order, a line each
 */
public record Snapshot(
        String snapshotId,
        @Nullable String sessionId,
        long ledgerCount,
        long documentCount,
        String digest,
        Map<String, @Nullable Object> metadata,
        Instant createdAt) {}
