package io.sonia.contracts.memory;

import java.util.List;

/**
 * The newest version of a memory.
 *
 * @param status always {@code version_created}
 */
public record VersionCreated(
        String status, String id, String originalId, String versionChainHead, List<Conflict> conflicts) {}
