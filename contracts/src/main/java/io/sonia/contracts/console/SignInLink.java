package io.sonia.contracts.console;

import java.time.Instant;

/**
 * An address that signs one browser in, once.
 *
 * @param url holds the code behind {@code #}, where it reaches no server and no log
 */
public record SignInLink(String url, Instant expiresAt) {}
