package io.sonia.journal;

import io.sonia.kernel.Sha256;

/**
 * One step of a schema. Versions count up from 1 without gaps; a step that has been released is never edited.
 *
 * @param up statements that make the step, ended by semicolons
 * @param down statements that undo it
 */
public record Migration(int version, String name, String up, String down) {

    /** What tells an edited step from the one that was applied. */
    String checksum() {
        return Sha256.hex(up);
    }
}
