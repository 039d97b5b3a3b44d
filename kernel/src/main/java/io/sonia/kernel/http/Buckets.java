package io.sonia.kernel.http;

import java.time.Duration;

/** Token buckets by key. */
public interface Buckets {

    /** Buckets that never run out. */
    Buckets BOTTOMLESS = (key, perSecond, burst) -> Duration.ZERO;

    /**
     * Takes a token for {@code key} from a bucket that holds {@code burst} and gets {@code perSecond} of them.
     *
     * @return {@link Duration#ZERO} if granted, else how long to wait
     * @throws io.sonia.kernel.SoniaException UNAVAILABLE if it cannot be told
     */
    Duration take(String key, int perSecond, int burst);
}
