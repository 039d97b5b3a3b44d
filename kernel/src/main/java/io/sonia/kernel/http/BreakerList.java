package io.sonia.kernel.http;

import java.util.Map;

/** The breakers of a service, by the name of the service they guard. */
public record BreakerList(Map<String, BreakerView> breakers) {}
