package io.sonia.contracts.router;

/** How far from this host a model call may go. */
public enum RoutePolicy {
    /** Only providers whose address is a loopback one, and the built-in one. */
    LOCAL_ONLY,
    CLOUD_ALLOWED,
    /** Only the provider the request names. */
    PROVIDER_PINNED
}
