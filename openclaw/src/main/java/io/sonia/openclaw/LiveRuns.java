package io.sonia.openclaw;

import io.sonia.contracts.evaos.KillSwitch.Stoppable;
import io.sonia.contracts.openclaw.Execution;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Deadline;
import io.sonia.openclaw.tools.ToolRun;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The executions that somebody works on right now, at most one worker per id. */
final class LiveRuns {

    private final Map<String, Live> byId = new ConcurrentHashMap<>();

    /** One worker's hold on an execution; closing it lets those who wait look at the record. */
    final class Live implements AutoCloseable {

        private final String executionId;
        private final CountDownLatch over = new CountDownLatch(1);
        private volatile @Nullable Execution shown;
        private volatile @Nullable Stoppable call;
        private volatile @Nullable ToolRun run;

        private Live(String executionId) {
            this.executionId = executionId;
        }

        /** What others see until it is over. */
        void show(Execution execution) {
            shown = execution;
        }

        /** From now on it can be cancelled. */
        void started(ToolCall about, ToolRun toolRun) {
            call = new Stoppable(about.toolName(), about.tool().facts().tier(), about.sessionId(), about.requester());
            run = toolRun;
        }

        /** The execution so far; empty before it is recorded. */
        Optional<Execution> shown() {
            return Optional.ofNullable(shown);
        }

        /** The running tool; empty before it starts. */
        Optional<ToolRun> run() {
            return Optional.ofNullable(run);
        }

        /** Waits until nobody works on it any more; false if that takes longer. */
        boolean await(Duration time) {
            try {
                return over.await(time.toNanos(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        @Override
        public void close() {
            byId.remove(executionId, this);
            over.countDown();
        }
    }

    /**
     * Takes hold of an execution, waiting for another worker until the deadline.
     *
     * @throws SoniaException IDEMPOTENCY_IN_PROGRESS if the other worker takes longer
     */
    Live enter(String executionId, Deadline deadline) {
        Live mine = new Live(executionId);
        for (Live other = byId.putIfAbsent(executionId, mine);
                other != null;
                other = byId.putIfAbsent(executionId, mine)) {
            if (!other.await(deadline.left())) {
                throw SoniaException.of(ErrorCode.IDEMPOTENCY_IN_PROGRESS).retryAfter(Duration.ofSeconds(1));
            }
        }
        return mine;
    }

    Optional<Live> find(String executionId) {
        return Optional.ofNullable(byId.get(executionId));
    }

    int count() {
        return byId.size();
    }

    /** Asks the running tools to end whose calls were stopped. */
    void cancelStopped(Predicate<Stoppable> stopped) {
        for (Live each : byId.values()) {
            Stoppable call = each.call;
            if (call != null && stopped.test(call)) {
                each.run().ifPresent(ToolRun::cancel);
            }
        }
    }

    /** Asks every running tool to end. */
    void cancelAll() {
        cancelStopped(any -> true);
    }
}
