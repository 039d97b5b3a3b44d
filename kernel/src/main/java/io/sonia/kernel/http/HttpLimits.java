package io.sonia.kernel.http;

import java.time.Duration;
import java.util.List;

/** What a server grants its callers per second and how long it waits for them. */
public record HttpLimits(
        int personPerSecond,
        int personBurst,
        int servicePerSecond,
        int serviceBurst,
        int addressPerSecond,
        int authFailuresPerSecond,
        Duration idempotencyWait,
        List<String> allowedOrigins) {}
