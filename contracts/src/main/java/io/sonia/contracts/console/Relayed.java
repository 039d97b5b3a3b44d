package io.sonia.contracts.console;

import io.sonia.kernel.json.AnyFields;
import io.sonia.kernel.json.MaxBytes;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The fields of a request to another service, as they were sent. */
@AnyFields
public record Relayed(@MaxBytes(2 * 1024 * 1024) Map<String, @Nullable Object> fields) {}
