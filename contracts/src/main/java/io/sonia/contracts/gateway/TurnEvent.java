package io.sonia.contracts.gateway;

/** The types of a turn's frames, in the order in which they can come. */
public final class TurnEvent {

    /** {@code input_len, profile}. */
    public static final String STARTED = "turn.started";
    /** {@code retrieved_count, degraded, duration_ms}. */
    public static final String RECALLED = "memory.recalled";
    /** {@code index, text}: a piece of the answer. */
    public static final String PARTIAL = "response.partial";
    /** {@code tool_call_id, tool_name, args, risk_tier}. */
    public static final String CALL_REQUESTED = "tool.call.requested";
    /** An {@link io.sonia.contracts.evaos.Approval}. */
    public static final String CONFIRMATION_REQUIRED = "safety.confirmation.required";
    /** {@code approval_id, status, fence_token}. */
    public static final String CONFIRMATION_RESOLVED = "safety.confirmation.resolved";
    /** {@code tool_call_id, tool_name, status, result, verification, duration_ms}. */
    public static final String CALL_RESULT = "tool.call.result";
    /** {@code assistant_text, memory, quality, latency, usage}. */
    public static final String FINAL = "response.final";
    /** {@code written, ids, deferred}: after the final frame. */
    public static final String MEMORY_WRITTEN = "memory.written";
    /** {@code pending_approvals}: the stream ends, the turn goes on after the decision. */
    public static final String PARKED = "turn.parked";
    /** {@code reason}. */
    public static final String CANCELLED = "turn.cancelled";
    /** {@code code, message, retryable, details}. */
    public static final String ERROR = "error";
    /** {@code mode, reason}: at any time, when the SLO mode changes. */
    public static final String SLO_MODE = "slo.mode";
    /** The end of the stream. */
    public static final String DONE = "done";

    private TurnEvent() {}
}
