package io.sonia.contracts.memory;

/**
 * A document that is found from now on.
 *
 * @param status always {@code ingested}
 * @param sha256 of its text in UTF-8
 * @param deduplicated true if the same text of the same type was there already
 */
public record DocIngested(
        String status, String docId, String docType, int chunkCount, String sha256, boolean deduplicated) {}
