package io.sonia.contracts.events;

import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Range;
import java.util.List;

/**
 * The next events of the calling service, in the order of its chain.
 *
 * @param through the entry up to which all events are told with this batch; 0 only asks how far that was
 */
public record EventBatch(
        @Items(max = EventBatch.MAX) List<Event> events,
        @Range(max = Long.MAX_VALUE) long through) {

    public static final int MAX = 100;
}
