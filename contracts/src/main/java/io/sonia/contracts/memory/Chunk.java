package io.sonia.contracts.memory;

import java.time.Instant;

/**
 * A piece of a document; its id is that of a memory.
 *
 * @param startOffset of its first character in the document, in UTF-16 code units
 * @param endOffset after its last character
 */
public record Chunk(
        String chunkId, int chunkIndex, String content, int startOffset, int endOffset, Instant createdAt) {}
