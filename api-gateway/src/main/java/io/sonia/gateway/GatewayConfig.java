package io.sonia.gateway;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Range;

/** Settings of the api-gateway. */
public record GatewayConfig(
        @Default("100") @Range(min = 1, max = 10_000) int maxSessions,
        @Default("600") @Range(min = 30, max = 86_400) int sessionIdleSeconds,
        @Default("1800") @Range(min = 60, max = 86_400) int sessionTtlSeconds,
        @Default("5") @Range(min = 1, max = 32) int maxToolCalls,
        @Default("30000") @Range(min = 1000, max = 300_000) int toolTimeMs,
        @Default("8") @Range(min = 1, max = 50) int recallItems,
        @Default("2000") @Range(min = 100, max = 100_000) int recallChars,
        @Default("4000") @Range(min = 100, max = 100_000) int outputChars,
        @Default("6") @Range(max = 50) int historyTurns,
        @Default("1000") @Range(min = 1, max = 100_000) int deadLetterCap) {}
