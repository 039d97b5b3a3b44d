package io.sonia.kernel.http;

import org.jspecify.annotations.Nullable;

/** The sessions that browsers have with a service. */
public interface BrowserKeys {

    /** No browser has a session. */
    BrowserKeys NONE = (cookies, page) -> null;

    /**
     * The person's key that a session stands for; null if there is none that is good now.
     *
     * @param cookies the {@code Cookie} header
     * @param page what the page sends beside it in {@code X-Sonia-Page}
     */
    @Nullable
    String key(String cookies, String page);
}
