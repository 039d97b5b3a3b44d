package io.sonia.contracts.router;

import io.sonia.kernel.json.Items;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** The models of every available provider; {@code asOf} is the time of the oldest probe among them. */
public record ModelList(@Items(max = 2000) Map<String, List<ModelEntry>> models, int total, Instant asOf) {}
