package io.sonia.gateway;

import io.sonia.contracts.gateway.SloConfig;
import io.sonia.contracts.gateway.SloShed;
import io.sonia.kernel.http.SloSignal;
import io.sonia.kernel.json.WireNamed;
import io.sonia.kernel.metrics.Counter;
import io.sonia.kernel.metrics.Metrics;
import io.sonia.kernel.settings.Live;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Says which work is to be left undone now, and counts what was. */
final class Shedding {

    private final SloSignal mode;
    private final Live<SloConfig> config;
    private final Counter counter;
    private final Map<SloShed, LongAdder> counts = new EnumMap<>(SloShed.class);
    private final Map<SloShed, Long> elsewhere = new ConcurrentHashMap<>();

    Shedding(SloSignal mode, Live<SloConfig> config, Metrics metrics) {
        this.mode = mode;
        this.config = config;
        this.counter =
                metrics.counter("sonia_slo_shed_total", "Work left undone because the stack is too slow", "kind");
        for (SloShed each : SloShed.values()) {
            counts.put(each, new LongAdder());
        }
    }

    /** True if work of this kind is to be left undone. */
    boolean sheds(SloShed kind) {
        return mode.mode().sheds() && config.get().shed().contains(kind);
    }

    /** So many pieces of work were left undone. */
    void shed(SloShed kind, long pieces) {
        if (pieces > 0) {
            counts.getOrDefault(kind, new LongAdder()).add(pieces);
            counter.add(pieces, WireNamed.of(kind));
        }
    }

    /** Another service said how often it did so. */
    void elsewhere(SloShed kind, long times) {
        elsewhere.put(kind, times);
    }

    long count(SloShed kind) {
        return counts.getOrDefault(kind, new LongAdder()).sum() + elsewhere.getOrDefault(kind, 0L);
    }
}
