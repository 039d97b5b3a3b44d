package io.sonia.contracts.memory;

import java.util.List;

/**
 * A typed memory that is durable, and what it contradicts.
 *
 * @param status always {@code stored}
 */
public record TypedStored(
        String status, String id, String type, Subtype subtype, String versionChainHead, List<Conflict> conflicts) {}
