package io.sonia.contracts.backup;

import java.util.List;

/**
 * How a restore for trial went.
 *
 * @param rtoMs all phases together
 * @param findings why it failed; empty if it passed
 */
public record DrillReport(String backupId, boolean passed, Phases phases, long rtoMs, List<String> findings) {

    /** Milliseconds of each phase. */
    public record Phases(long fetchMs, long copyMs, long verifyMs, long openMs, long firstReadMs) {}
}
