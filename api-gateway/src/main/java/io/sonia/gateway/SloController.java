package io.sonia.gateway;

import io.sonia.contracts.ServiceParts;
import io.sonia.contracts.gateway.SloConfig;
import io.sonia.contracts.gateway.SloShed;
import io.sonia.contracts.gateway.SloStatus;
import io.sonia.contracts.gateway.SloStatus.Violation;
import io.sonia.journal.Tx;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.SloMode;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.http.SloSignal;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.WireNamed;
import io.sonia.kernel.metrics.Counter;
import io.sonia.kernel.settings.Live;
import io.sonia.kernel.settings.Settings;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Judges the latencies of each window and lets the mode follow. A change is in force once it is on record, with the
 * figures that it was made for; a window that cannot be put on record changes nothing.
 */
final class SloController {

    private static final Duration LOOK_EVERY = Duration.ofMillis(250);
    private static final Duration OWN_WORK = Duration.ofSeconds(5);

    private final ServiceParts parts;
    private final Settings settings;
    private final Live<SloConfig> config;
    private final Clock clock;
    private final SloSamples samples;
    private final Shedding shedding;
    private final ErrorBudget budget;
    private final SloRecords records;
    private final SloSignal signal;
    private final SloFollower follower;
    private final Counter windows;
    private volatile SloState state = SloState.NORMAL;
    private volatile SloRecords.@Nullable Judged last;
    private volatile BiConsumer<SloMode, String> listener = (mode, reason) -> {};
    private long began;
    private Instant beganAt;

    SloController(ServiceParts parts, SloSamples samples, Shedding shedding, ErrorBudget budget) {
        this.parts = parts;
        this.settings = parts.settings();
        this.config = settings.live(SloConfig.SECTION);
        this.clock = parts.clock();
        this.samples = samples;
        this.shedding = shedding;
        this.budget = budget;
        this.records = new SloRecords(parts.journal());
        this.signal = parts.peers().slo();
        this.follower = new SloFollower(parts, shedding);
        this.windows = parts.metrics().counter("sonia_slo_windows_total", "Windows that were judged", "verdict");
        this.began = clock.nanoTime();
        this.beganAt = clock.now();
        for (SloMode mode : SloMode.values()) {
            parts.metrics()
                    .gauge(
                            "sonia_slo_mode",
                            "1 for the mode that is in force",
                            Map.of("mode", WireNamed.of(mode)),
                            () -> state.mode() == mode ? 1 : 0);
        }
    }

    /**
     * Goes on from where a former life left off, and judges from now on.
     *
     * @param changed is told each mode that comes into force, and why
     */
    void start(BiConsumer<SloMode, String> changed) {
        listener = changed;
        records.newest().ifPresent(newest -> {
            last = newest;
            state = SloRecords.resumed(newest, Deadline.in(config.get().minDwell(), clock));
        });
        signal.decide(state.mode());
        parts.timers().every("slo", LOOK_EVERY, this::tick);
    }

    /** Judges the window if it is over. */
    synchronized void tick() {
        SloConfig now = config.get();
        if (clock.nanoTime() - began < now.window().toNanos()) {
            return;
        }
        Instant startedAt = beganAt;
        began = clock.nanoTime();
        beganAt = clock.now();
        judge(samples.drain(), now, startedAt);
    }

    private void judge(SloWindow window, SloConfig now, Instant startedAt) {
        SloState before = state;
        SloWindow.Verdict verdict = window.verdict(now, before.mode());
        List<Violation> violations = window.violations(now);
        SloState.Moment moment =
                new SloState.Moment(clock.now(), Deadline.in(now.minDwell(), clock), reason(violations));
        SloState after = before.after(verdict, now, moment);
        if (!window.empty() || before.mode() != SloMode.NORMAL) {
            SloRecords.Judged judged = new SloRecords.Judged(
                    startedAt,
                    now.windowSeconds(),
                    window.samples(),
                    new SloRecords.Figures(window.figures(), violations),
                    verdict,
                    after);
            parts.journal().commit(tx -> {
                records.add(tx, judged, now.history());
                return audit(tx, before, judged, now);
            });
            last = judged;
            windows.increment(WireNamed.of(verdict));
        }
        state = after;
        if (after.mode() != before.mode()) {
            signal.decide(after.mode());
            listener.accept(
                    after.mode(), after.mode() == SloMode.NORMAL ? "recovered" : String.valueOf(after.reason()));
        }
        if (before.mode().sheds() || after.mode().sheds()) {
            follower.tell();
        }
    }

    private static String reason(List<Violation> violations) {
        return violations.isEmpty()
                ? ""
                : "%s %s %.0f ms over %.0f ms"
                        .formatted(
                                WireNamed.of(violations.getFirst().stage()),
                                violations.getFirst().metric(),
                                violations.getFirst().actualMs(),
                                violations.getFirst().thresholdMs());
    }

    private Object audit(Tx tx, SloState before, SloRecords.Judged judged, SloConfig now) {
        SloState after = judged.after();
        if (before.mode() == after.mode()) {
            return after;
        }
        Context own = Context.own(parts.service(), "timer", null, OWN_WORK, parts.ids(), clock);
        boolean entered = before.mode() == SloMode.NORMAL;
        boolean left = after.mode() == SloMode.NORMAL;
        String operation = entered ? "slo.degrade.entered" : left ? "slo.degrade.exited" : "slo.mode.changed";
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("from", WireNamed.of(before.mode()));
        detail.put("to", WireNamed.of(after.mode()));
        detail.put("reason", left ? before.reason() : after.reason());
        Map<String, @Nullable Object> figures = Json.parseObject(Json.bytes(judged.figures()));
        detail.put("metrics", figures.get("stages"));
        detail.put("violations", figures.get("violations"));
        detail.put("window_seconds", now.windowSeconds());
        detail.put("consecutive_breach", after.breaches());
        detail.put("consecutive_healthy", after.healthy());
        detail.put("shed", now.shed().stream().map(WireNamed::of).toList());
        detail.put("entered_at", String.valueOf(left ? before.enteredAt() : after.enteredAt()));
        if (left) {
            detail.put("degraded_for_seconds", secondsSince(before.enteredAt()));
            detail.put("exited_at", clock.now().toString());
        }
        return tx.audit(AuditEvent.of(operation, own.origin())
                .about("slo", parts.service().wireName())
                .detail(detail));
    }

    private double secondsSince(@Nullable Instant time) {
        return time == null
                ? 0
                : Math.max(0, Duration.between(time, clock.now()).toMillis() / 1000.0);
    }

    /** How it stands now. */
    SloStatus status() {
        SloConfig now = config.get();
        SloState state = this.state;
        SloRecords.Judged judged = last;
        return new SloStatus(
                state.mode(),
                records.breaches(),
                secondsSince(state.enteredAt()),
                state.reason(),
                state.mode() != SloMode.DEGRADED,
                state.breaches(),
                state.healthy(),
                now.breachWindows(),
                now.healthyWindows(),
                state.enteredAt(),
                judged == null ? null : judged.window(),
                new SloStatus.Shed(
                        shedding.count(SloShed.LOW_PRIORITY_MEMORY),
                        shedding.count(SloShed.LONG_RECALL),
                        shedding.count(SloShed.BACKGROUND)),
                budget.rates(),
                settings.generation());
    }
}
