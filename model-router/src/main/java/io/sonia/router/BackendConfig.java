package io.sonia.router;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Named;
import io.sonia.kernel.json.Range;

/**
 * What calls of one backend cost, in millionths of the currency of the budgets.
 *
 * @param priceInMicroPer1k of a thousand prompt tokens
 * @param priceOutMicroPer1k of a thousand completion tokens
 */
record BackendConfig(
        @Named("price_in_micro_per_1k") @Default("0") @Range(max = 1_000_000_000)
        int priceInMicroPer1k,

        @Named("price_out_micro_per_1k") @Default("0") @Range(max = 1_000_000_000)
        int priceOutMicroPer1k) {

    private static final int PER = 1000;

    static final BackendConfig FREE = new BackendConfig(0, 0);

    /** The price of a call in millionths, rounded up. */
    long cost(long promptTokens, long completionTokens) {
        long thousandths = promptTokens * priceInMicroPer1k + completionTokens * priceOutMicroPer1k;
        return Math.ceilDiv(thousandths, PER);
    }

    /** The dearer of the two. */
    long most() {
        return Math.max(priceInMicroPer1k, priceOutMicroPer1k);
    }
}
