package io.sonia.openclaw.tools;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Context;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One run of a tool while it lasts: whose it is, until when it may go on, and whether somebody wants it to end. */
public final class ToolRun {

    private final String executionId;
    private final Context context;
    private final @Nullable String sessionId;
    private final List<Runnable> stops = new ArrayList<>();
    private boolean cancelled;

    /** A run in a request's context, whose deadline is the tool's. */
    public ToolRun(String executionId, Context context, @Nullable String sessionId) {
        this.executionId = executionId;
        this.context = context;
        this.sessionId = sessionId;
    }

    public String executionId() {
        return executionId;
    }

    public Context context() {
        return context;
    }

    public @Nullable String sessionId() {
        return sessionId;
    }

    /** The actor the work is for. */
    public String requester() {
        return context.caller().principal();
    }

    /** Between two steps of the work: goes on only while somebody waits for it. */
    public void check() {
        if (cancelled()) {
            throw SoniaException.of(ErrorCode.TOOL_FAILED, "The run was cancelled")
                    .with("reason", "cancelled");
        }
        context.deadline().check();
    }

    /** Asks the run to end; what was registered with {@link #onCancel} is called. */
    public void cancel() {
        List<Runnable> all;
        synchronized (this) {
            cancelled = true;
            all = List.copyOf(stops);
        }
        all.forEach(Runnable::run);
    }

    public synchronized boolean cancelled() {
        return cancelled;
    }

    /** Registers how to interrupt the work; called at once if the run is cancelled already. */
    public void onCancel(Runnable stop) {
        synchronized (this) {
            stops.add(stop);
            if (!cancelled) {
                return;
            }
        }
        stop.run();
    }
}
