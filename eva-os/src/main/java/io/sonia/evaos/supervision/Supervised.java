package io.sonia.evaos.supervision;

import io.sonia.contracts.evaos.ServiceRecord;
import io.sonia.contracts.evaos.ServiceStarted;
import io.sonia.contracts.evaos.ServiceState;
import io.sonia.contracts.evaos.ServiceStopped;
import io.sonia.evaos.supervision.ServiceLife.Event;
import io.sonia.evaos.supervision.SupervisionStore.Change;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.process.Ending;
import io.sonia.kernel.process.Exit;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One service under supervision. {@link #turn} sees what is the case and does the next step, so that a step that failed
 * is simply done by a later turn.
 */
final class Supervised {

    /** How long a process may take to end by itself. */
    static final Duration GRACE = Duration.ofSeconds(10);

    /** Exit codes for missing keys and for invalid settings. */
    private static final Set<Integer> HOPELESS = Set.of(77, 78);

    private static final long FIRST_LOOK_MS = 250;
    private static final long QUICK_LOOK_MS = 150;
    private static final long HOLD_MS = 5_000;
    private static final Duration SOON = Duration.ofMillis(50);
    private static final Duration QUIET = Duration.ofMillis(250);

    private final ServiceName service;
    private final @Nullable ChildPlan plan;
    private final int port;
    private final boolean required;
    private final Shared shared;
    private final BooleanSupplier needsHealthy;
    private final ReentrantLock lock = new ReentrantLock();
    private final Standing standing;
    private final ServiceProcess process;

    private Health health = Health.NONE;
    private @Nullable Instant startedAt;
    private String cause = "none";
    private boolean spawned;
    private long lookAtMs;
    private long holdUntilMs;
    private volatile boolean closed;
    private volatile ServiceRecord view;

    /** @param plan null for a service that is only looked at */
    Supervised(
            ServiceName service,
            @Nullable ChildPlan plan,
            int port,
            boolean required,
            Shared shared,
            BooleanSupplier needsHealthy) {
        this.service = service;
        this.plan = plan;
        this.port = port;
        this.required = required;
        this.shared = shared;
        this.needsHealthy = needsHealthy;
        this.standing = new Standing(service, shared);
        this.process = new ServiceProcess(shared.launcher(), this::step);
        this.view = look();
    }

    ServiceName service() {
        return service;
    }

    boolean planned() {
        return plan != null;
    }

    ServiceRecord record() {
        return view;
    }

    ServiceState state() {
        return view.state();
    }

    int restartsLeft() {
        return standing.budget().remaining(shared.config(), shared.time().ms());
    }

    /** Takes up what a former life has left; the edge is to be committed with those of the other services. */
    Change intent(Budget used, long starts) {
        return locked(() -> {
            standing.restore(used, starts);
            return standing.change(Event.START, standing.budget(), Supervision.ownOrigin("boot"), Map.of());
        });
    }

    /** Starts the process once the intent is committed. The result is what remains to be recorded. */
    Change begin(Change intent) {
        return locked(() -> {
            standing.enter(intent);
            guarded(this::launch);
            return intent.with(process.record());
        });
    }

    /** Turns until closed. */
    void loop() {
        try {
            while (!closed) {
                turn();
                shared.clock().sleep(pause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Does what is due, and looks at the service if that is due. */
    void turn() {
        step();
        long asked = locked(() -> lookDue() ? standing.fence() : -1L);
        if (asked >= 0) {
            Look look = probed();
            locked(() -> {
                guarded(() -> heard(look, asked));
                return null;
            });
        }
    }

    private Look probed() {
        try {
            return shared.probe().look(service);
        } catch (RuntimeException e) {
            shared.log().error("supervision.probe.failed", "The probe of " + service + " failed", Map.of(), e);
            return new Look(null, "the probe failed");
        }
    }

    private void step() {
        locked(() -> {
            if (!closed) {
                guarded(this::advance);
            }
            return null;
        });
    }

    private void advance() {
        noticeExit();
        switch (standing.state()) {
            case STARTING, RECOVERING -> noticeDelay();
            case UNREACHABLE -> recover();
            case RESTARTING -> respawn();
            case EXHAUSTED -> coolDown();
            case UNKNOWN, HEALTHY, DEGRADED, STOPPED -> {}
        }
    }

    private boolean lookDue() {
        if (closed || shared.time().ms() < Math.max(lookAtMs, holdUntilMs)) {
            return false;
        }
        return switch (standing.state()) {
            case STARTING, RECOVERING, HEALTHY, DEGRADED -> true;
            case UNREACHABLE -> plan == null || process.present();
            case UNKNOWN, RESTARTING, EXHAUSTED, STOPPED -> false;
        };
    }

    private void heard(Look look, long asked) {
        ServiceState state = standing.state();
        if (closed || asked != standing.fence() || state == ServiceState.STOPPED) {
            return;
        }
        health = health.seen(look, shared.clock().now());
        boolean quick = state == ServiceState.STARTING || state == ServiceState.RECOVERING;
        lookAtMs = shared.time().ms()
                + (quick
                        ? QUICK_LOOK_MS
                        : TimeUnit.SECONDS.toMillis(shared.config().probeIntervalSeconds()));
        health.verdict(standing.state(), shared.config()).ifPresent(this::judged);
        Budget used = standing.budget();
        boolean stable = standing.state() == ServiceState.HEALTHY
                && standing.sinceMs()
                        >= TimeUnit.SECONDS.toMillis(shared.config().stableSeconds());
        if (stable && used.readable() && !used.equals(used.afterStableRun())) {
            standing.forgetRestarts(process.record());
        }
    }

    private void judged(Event event) {
        if (event == Event.LOST) {
            cause = "probe";
        }
        String error = health.error();
        move(event, error == null ? Map.of() : Map.of("failures", health.failures(), "error", error));
    }

    private void noticeExit() {
        // In RESTARTING the former process is being ended on purpose, and a new one counts once it is recorded.
        if (standing.state() == ServiceState.RESTARTING) {
            return;
        }
        process.exit().ifPresent(exit -> {
            health = health.failed("the process ended: " + exit);
            cause = exit.signal().isPresent() ? "signal" : "exit";
            ended(exit);
            // What it had started may have outlived it.
            process.end(Duration.ZERO);
        });
    }

    private void ended(Exit exit) {
        boolean hopeless = HOPELESS.contains(exit.code());
        Event event = hopeless ? Event.MISCONFIGURED : Event.EXITED;
        if (ServiceLife.TABLE.next(standing.state(), event).isPresent()) {
            Budget budget = standing.budget();
            Map<String, @Nullable Object> detail = new LinkedHashMap<>();
            detail.put("cause", exit.toString());
            detail.put("pid", process.pid());
            detail.put("error", health.error());
            if (hopeless) {
                detail.put("restart_count", budget.attempts());
            }
            standing.move(event, hopeless ? budget.ended() : budget, detail, null);
        }
    }

    private void noticeDelay() {
        int seconds = shared.config().readyTimeoutSeconds();
        if (standing.sinceMs() >= TimeUnit.SECONDS.toMillis(seconds)) {
            cause = "not_ready";
            move(Event.NOT_READY, Map.of("ready_timeout_seconds", seconds));
        }
    }

    private void recover() {
        if (plan == null || shared.maintenance().on() || !needsHealthy.getAsBoolean()) {
            return;
        }
        SupervisionConfig config = shared.config();
        long now = shared.time().ms();
        Budget known = standing.knownBudget();
        known = known.cooledDown(now) ? known.cooled() : known;
        if (!known.left(config, now)) {
            Budget spent = known.exhausted() ? known : known.spent(config, now);
            Map<String, Object> detail = Map.of(
                    "restart_count",
                    known.attempts(),
                    "window_seconds",
                    config.restartWindowSeconds(),
                    "cooldown_seconds",
                    spent.cooldownSeconds());
            standing.move(Event.BUDGET_SPENT, spent, detail, process.record());
            return;
        }
        int jitter = shared.ids().below(2 * Budget.JITTER_PERCENT + 1) - Budget.JITTER_PERCENT;
        Budget granted = known.attempt(config, now, jitter);
        Map<String, Object> detail = Map.of(
                "attempt",
                granted.attempts(),
                "backoff_seconds",
                (granted.backoffUntilMs() - now) / 1000.0,
                "cause",
                cause);
        standing.move(Event.RESTART, granted, detail, process.record());
        shared.restarts().increment(service.wireName(), cause);
        spawned = false;
        respawn();
    }

    private void respawn() {
        if (!spawned) {
            if (process.end(GRACE) == Ending.STUCK) {
                spawnFailed("the former process cannot be ended");
                return;
            }
            if (shared.time().ms() >= standing.budget().backoffUntilMs()) {
                launch();
            }
        }
        if (spawned) {
            move(Event.SPAWNED, Map.of("attempt", standing.budget().attempts()));
        }
    }

    private void coolDown() {
        Budget known = standing.knownBudget();
        boolean over = known.cooledDown(shared.time().ms());
        if (over || !known.exhausted()) {
            standing.move(Event.COOLED_DOWN, over ? known.cooled() : known, Map.of(), process.record());
        }
    }

    /** Ends the service and keeps it down. */
    ServiceStopped stop(Order order, Duration grace) {
        return locked(() -> {
            refuseUnplanned();
            ServiceLife.TABLE.require(standing.state(), Event.STOP);
            boolean killed = end(grace);
            Map<String, Object> detail = Map.of("reason", order.reason(), "killed", killed);
            Change stop = standing.change(Event.STOP, standing.budget(), order.origin(), detail);
            ServiceStopped answer = new ServiceStopped(service.wireName(), stop.to(), killed);
            shared.store().commit(List.of(stop), tx -> order.done(tx, 200, answer));
            standing.enter(stop);
            return answer;
        });
    }

    /** Starts a service that is down. */
    ServiceStarted start(Order order) {
        return locked(() -> {
            refuseUnplanned();
            ServiceLife.TABLE.require(standing.state(), Event.START);
            return startAgain(order, List.of());
        });
    }

    /** Ends the service, whatever its state, and starts it; takes nothing from the budget. */
    ServiceStarted restart(Order order, Duration grace) {
        return locked(() -> {
            refuseUnplanned();
            boolean killed = end(grace);
            if (standing.state() == ServiceState.STOPPED) {
                return startAgain(order, List.of());
            }
            Map<String, Object> detail = Map.of("reason", order.reason(), "killed", killed);
            return startAgain(order, List.of(standing.change(Event.STOP, standing.budget(), order.origin(), detail)));
        });
    }

    private ServiceStarted startAgain(Order order, List<Change> before) {
        ServiceState from = before.isEmpty() ? standing.state() : ServiceState.STOPPED;
        // Whoever starts a service by hand has looked at why it was given up.
        Budget known = standing.budget();
        Budget fresh = known.exhausted() && known.readable() ? Budget.UNUSED : known;
        List<Change> edges = new ArrayList<>(before);
        edges.add(standing.change(from, Event.START, fresh, order.origin(), Map.of("reason", order.reason())));
        shared.store().commit(edges);
        edges.forEach(standing::enter);
        launch();
        ServiceStarted answer = new ServiceStarted(service.wireName(), standing.state(), process.pid());
        shared.store().record(List.of(edges.getLast().with(process.record())), tx -> order.done(tx, 202, answer));
        return answer;
    }

    /** Gives the whole budget back. */
    Budget resetBudget(Order order, Function<Budget, Record> answer) {
        return locked(() -> {
            Change reset = standing.reset(order.origin(), order.reason()).with(process.record());
            shared.store().commit(List.of(reset), tx -> order.done(tx, 200, answer.apply(reset.budget())));
            if (reset.to() == standing.state()) {
                standing.keep(reset.budget());
            } else {
                standing.enter(reset);
            }
            return reset.budget();
        });
    }

    /** Ends the service because the supervisor ends. */
    void shutDown() {
        locked(() -> {
            closed = true;
            if (process.end(GRACE) == Ending.STUCK) {
                shared.log().error("supervision.stop.failed", service + " cannot be ended", Map.of(), null);
            }
            if (ServiceLife.TABLE.next(standing.state(), Event.STOP).isPresent()) {
                holdUntilMs = 0;
                guarded(() -> move(Event.STOP, Map.of()));
            }
            return null;
        });
    }

    /** Stops looking at a service that runs by itself. */
    void close() {
        closed = true;
    }

    private Duration pause() {
        return switch (state()) {
            case STARTING, RECOVERING, RESTARTING, UNREACHABLE -> SOON;
            case UNKNOWN, HEALTHY, DEGRADED, EXHAUSTED, STOPPED -> QUIET;
        };
    }

    private void launch() {
        if (plan == null) {
            return;
        }
        try {
            process.launch(plan);
            spawned = true;
            health = health.restarted();
            startedAt = shared.clock().now();
            lookAtMs = shared.time().ms() + FIRST_LOOK_MS;
        } catch (IOException e) {
            shared.log().error("supervision.spawn.failed", service + " could not be started", Map.of(), e);
            spawnFailed("the process could not be started");
        }
    }

    private void spawnFailed(String problem) {
        health = health.failed(problem);
        cause = "spawn";
        move(Event.SPAWN_FAILED, Map.of("error", problem));
    }

    /** True if the process had to be killed. */
    private boolean end(Duration grace) {
        Ending ending = process.end(grace);
        if (ending == Ending.STUCK) {
            throw SoniaException.of(ErrorCode.TIMEOUT, "The process cannot be ended");
        }
        return ending == Ending.KILLED;
    }

    private void refuseUnplanned() {
        if (plan == null) {
            throw SoniaException.of(ErrorCode.INVALID_STATE, "The service runs by itself: its launcher stops it")
                    .with("state", ServiceLife.name(standing.state()))
                    .with("allowed", List.of());
        }
    }

    private void move(Event event, Map<String, ?> detail) {
        standing.move(event, standing.budget(), detail, process.record());
    }

    /** Runs a step; one that fails, as when the store refuses an edge, has changed nothing and is tried again later. */
    private void guarded(Runnable step) {
        if (shared.time().ms() < holdUntilMs) {
            return;
        }
        try {
            step.run();
        } catch (SoniaException e) {
            holdUntilMs = shared.time().ms() + HOLD_MS;
            Map<String, Object> fields =
                    Map.of("name", service.wireName(), "code", e.code().name());
            shared.log().error("supervision.held", "The supervisor cannot use its store", fields, e);
        }
    }

    private <T extends @Nullable Object> T locked(Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            view = look();
            lock.unlock();
        }
    }

    private ServiceRecord look() {
        boolean self = service == ServiceName.EVA_OS;
        return new ServiceRecord(
                service.wireName(),
                port,
                standing.state(),
                self ? Long.valueOf(ProcessHandle.current().pid()) : process.pid(),
                startedAt,
                health.latencyMs(),
                health.lastCheck(),
                health.lastHealthy(),
                health.failures(),
                health.successes(),
                health.error(),
                required,
                standing.budget().view(shared.config()));
    }
}
