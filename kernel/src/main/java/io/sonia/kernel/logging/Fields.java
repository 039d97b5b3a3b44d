package io.sonia.kernel.logging;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/** The event name and the fields of one line on their way through the logging library. */
final class Fields extends KeyValuePair {

    private final String event;
    private final Map<String, @Nullable Object> values;

    Fields(String event, Map<String, @Nullable Object> values) {
        super(event, values);
        this.event = event;
        this.values = values;
    }

    String event() {
        return event;
    }

    Map<String, @Nullable Object> values() {
        return values;
    }
}
