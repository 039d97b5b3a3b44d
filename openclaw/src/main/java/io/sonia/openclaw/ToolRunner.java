package io.sonia.openclaw;

import io.sonia.contracts.openclaw.SideEffect;
import io.sonia.contracts.openclaw.Verification;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.logging.ServiceLog;
import io.sonia.openclaw.ExecutionLife.Event;
import io.sonia.openclaw.sandbox.Refusal;
import io.sonia.openclaw.tools.PreparedCall;
import io.sonia.openclaw.tools.Ran;
import io.sonia.openclaw.tools.ToolRun;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs a prepared call and checks what it did. */
final class ToolRunner {

    private final Clock clock;
    private final ServiceLog log;

    ToolRunner(Clock clock, ServiceLog log) {
        this.clock = clock;
        this.log = log;
    }

    /** Looks whether the call may run as things are; an unreadable file system is a failure of the tool. */
    static void inspect(PreparedCall prepared) {
        try {
            prepared.inspect();
        } catch (IOException e) {
            throw Refusal.failed(e, "");
        }
    }

    /** Runs and verifies; every way a tool can end comes back as a value. */
    Finished run(ToolCall call, ToolRun run) {
        Measure measure = new Measure(clock.now(), clock.nanoTime());
        try {
            Ran ran = call.prepared().run(run);
            Map<String, @Nullable Object> result = Json.plain(ran.result());
            SoniaException failure = ran.failure();
            if (failure != null) {
                Event event = run.cancelled() ? Event.CANCEL : Event.FAIL;
                return measure.finished(List.of(event), result, ran.sideEffects(), verified(call, run), failure);
            }
            Verification verification = verified(call, run);
            if (verification.failed()) {
                SoniaException disagrees =
                        SoniaException.of(ErrorCode.VERIFICATION_FAILED).with("checks", checks(verification));
                return measure.finished(
                        List.of(Event.FINISH, Event.FAIL), result, ran.sideEffects(), verification, disagrees);
            }
            return measure.finished(List.of(Event.FINISH, Event.PASS), result, ran.sideEffects(), verification, null);
        } catch (SoniaException e) {
            boolean unknown = e.code() == ErrorCode.OUTCOME_UNKNOWN;
            Event event = unknown ? Event.LOSE : run.cancelled() ? Event.CANCEL : Event.FAIL;
            return measure.finished(List.of(event), null, List.of(), null, e);
        } catch (IOException e) {
            return measure.finished(List.of(Event.FAIL), null, List.of(), null, Refusal.failed(e, ""));
        } catch (RuntimeException bug) {
            return measure.finished(ended(call), null, List.of(), null, failure(call, bug));
        }
    }

    /** A bug in a tool that changes things leaves open what it has changed. */
    private static List<Event> ended(ToolCall call) {
        return List.of(call.tool().facts().readOnly() ? Event.FAIL : Event.LOSE);
    }

    private SoniaException failure(ToolCall call, RuntimeException bug) {
        log.error("tool.bug", "A tool broke off", Map.of("tool_name", call.toolName()), bug);
        return SoniaException.caused(
                call.tool().facts().readOnly() ? ErrorCode.INTERNAL_ERROR : ErrorCode.OUTCOME_UNKNOWN, bug);
    }

    /** What the check says; the check of an effect that cannot be made has failed. */
    private static Verification verified(ToolCall call, ToolRun run) throws IOException {
        try {
            return call.prepared().verify(run);
        } catch (SoniaException e) {
            if (call.tool().facts().readOnly()) {
                throw e;
            }
            return Verification.of(
                    new Verification.Check("verified", false, "OK", e.code().name()));
        }
    }

    private static List<Map<String, @Nullable Object>> checks(Verification verification) {
        return verification.checks().stream().map(each -> Json.plain(each)).toList();
    }

    /** Since when a run is going on. */
    private final class Measure {

        private final Instant startedAt;
        private final long startedNanos;

        Measure(Instant startedAt, long startedNanos) {
            this.startedAt = startedAt;
            this.startedNanos = startedNanos;
        }

        Finished finished(
                List<Event> events,
                @Nullable Map<String, @Nullable Object> result,
                List<SideEffect> sideEffects,
                @Nullable Verification verification,
                @Nullable SoniaException failure) {
            double millis = (clock.nanoTime() - startedNanos) / 1e6;
            return new Finished(events, result, sideEffects, verification, failure, startedAt, clock.now(), millis);
        }
    }
}
