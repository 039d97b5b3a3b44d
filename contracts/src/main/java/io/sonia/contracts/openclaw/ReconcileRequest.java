package io.sonia.contracts.openclaw;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/**
 * Settles a run whose result a crash hid: by the tool's own probe, or by the word of somebody who looked.
 *
 * @param verdict overrides the probe; needs a note
 */
public record ReconcileRequest(
        @Default("true") boolean probe,
        @Nullable Verdict verdict,
        @Nullable @Text(min = 1, max = 500) String note) {

    /** What somebody found. */
    public enum Verdict {
        SUCCEEDED,
        FAILED
    }
}
