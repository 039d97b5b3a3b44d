package io.sonia.contracts.evaos;

import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/** Says that somebody looks after an alert; it escalates no further. */
public record AlertAcknowledge(@Nullable @Text(max = 500) String note) {}
