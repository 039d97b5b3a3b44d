package io.sonia.kernel.http;

import java.time.Duration;
import java.util.List;

/**
 * What a server grants its callers per second, how long it waits for them, and what it lets them do without a key.
 *
 * @param authenticating false if whoever comes without a service's token is taken for the operator
 * @param openDiagnostics true if reads that every principal may make are open to callers on this machine
 */
public record HttpLimits(
        int personPerSecond,
        int personBurst,
        int servicePerSecond,
        int serviceBurst,
        int sessionPerSecond,
        int sessionBurst,
        int addressPerSecond,
        int authFailuresPerSecond,
        Duration idempotencyWait,
        List<String> allowedOrigins,
        boolean authenticating,
        boolean openDiagnostics) {}
