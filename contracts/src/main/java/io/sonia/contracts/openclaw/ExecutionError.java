package io.sonia.contracts.openclaw;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Why a run did not succeed: the code of its answer, the text shown, and the answer's details. */
public record ExecutionError(String code, String message, Map<String, @Nullable Object> details) {}
