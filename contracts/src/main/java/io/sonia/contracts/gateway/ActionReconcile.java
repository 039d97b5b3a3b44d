package io.sonia.contracts.gateway;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/** Settles an action whose outcome a crash hid: by the tool's own probe, or by an operator's verdict. */
public record ActionReconcile(
        @Default("true") boolean probe,
        @Nullable Verdict verdict,
        @Nullable @Text(min = 1, max = 500) String note) {

    /** What somebody found. */
    public enum Verdict {
        SUCCEEDED,
        FAILED
    }
}
