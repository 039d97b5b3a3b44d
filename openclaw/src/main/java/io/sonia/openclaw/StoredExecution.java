package io.sonia.openclaw;

import io.sonia.contracts.openclaw.Execution;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An execution with what only the executor keeps of it.
 *
 * @param trace what the tool needs to find out later whether the effect happened
 */
record StoredExecution(Execution execution, Map<String, @Nullable Object> trace, Instant createdAt) {}
