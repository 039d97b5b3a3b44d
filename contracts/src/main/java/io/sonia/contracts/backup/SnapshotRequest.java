package io.sonia.contracts.backup;

import io.sonia.kernel.json.Text;

/**
 * One step of a service's part in a backup.
 *
 * @param step {@code hold} has the writer wait and takes the store as it is; {@code copy} lets it go on and copies what was
 *     taken into the backup's folder; {@code drop} forgets it
 */
public record SnapshotRequest(@Text(min = 1, max = 64) String backupId, Step step) {

    /** What to do. */
    public enum Step {
        HOLD,
        COPY,
        DROP
    }
}
