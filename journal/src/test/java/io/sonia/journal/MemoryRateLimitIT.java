package io.sonia.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.http.Buckets;

/** Each process counts for itself. */
class MemoryRateLimitIT extends RateLimitContract {

    @Override
    Buckets buckets() {
        return Buckets.BOTTOMLESS;
    }

    @Override
    void answeredByTwo(int answered) {
        assertThat(answered).isEqualTo(80);
    }
}
