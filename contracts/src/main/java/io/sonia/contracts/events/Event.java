package io.sonia.contracts.events;

import io.sonia.kernel.json.MaxBytes;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened, as one audit entry has it on record.
 *
 * @param id made from the entry's hash, so that the same entry always gives the same event
 * @param type such as {@code approval.requested}; see {@link EventTypes}
 * @param source the service in whose chain the entry is
 * @param seq the entry's place in that chain; grows, not by one
 * @param hlc the entry's hybrid logical clock
 */
public record Event(
        @Text(min = 36, max = 36) String id,
        @Text(min = 1, max = 64) String type,
        @Text(min = 1, max = 64) String source,
        @Range(min = 1, max = Long.MAX_VALUE) long seq,
        Instant timestamp,
        @Text(min = 1, max = 64) String hlc,
        @Text(min = 1, max = 128) String correlationId,
        @Nullable @Text(max = 64) String traceId,
        @Text(min = 1, max = 128) String actorId,
        @MaxBytes(16_384) Map<String, @Nullable Object> payload) {}
