package io.sonia.kernel;

/** What this build calls itself. */
public final class Version {

    public static final String PRODUCT = "4.7.0-dev";

    /** Stays at the last released contract until this one is promoted. */
    public static final String CONTRACT = "v4.6.0";

    private Version() {}
}
