package io.sonia.kernel.http;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One received server-sent event; {@code data} is a JSON object. */
public record ServerEvent(String id, String event, Map<String, @Nullable Object> data) {}
