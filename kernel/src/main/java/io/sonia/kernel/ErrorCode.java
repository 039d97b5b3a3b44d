package io.sonia.kernel;

import static io.sonia.kernel.ErrorCode.Blame.CALLER;
import static io.sonia.kernel.ErrorCode.Blame.CAPACITY;
import static io.sonia.kernel.ErrorCode.Blame.DEPENDENCY;
import static io.sonia.kernel.ErrorCode.Blame.PLATFORM;
import static io.sonia.kernel.ErrorCode.Blame.POLICY;

import org.jspecify.annotations.Nullable;

/**
 * Every outcome a request can have on the wire: its HTTP status, who has to act, whether the same request may be
 * repeated, and the fixed message an outsider reads. Closed: a new failure needs a row here.
 */
public enum ErrorCode {
    OK(200, CALLER, false, "Success"),
    INVALID_ARGUMENT(400, CALLER, false, "The request is not valid"),
    INVALID_COMMAND(400, CALLER, false, "The command is not one plain argument list of an allowed program"),
    INVALID_CURSOR(400, CALLER, false, "The cursor is not valid for this listing"),
    INVALID_EVENT(400, CALLER, false, "The stream frame is not known or not well formed"),
    UNAUTHORIZED(401, CALLER, false, "A valid credential is required"),
    NOT_FOUND(404, CALLER, false, "There is nothing under this address"),
    SESSION_NOT_FOUND(404, CALLER, false, "The session is not known"),
    METHOD_NOT_ALLOWED(405, CALLER, false, "This address does not serve that method"),
    CONFLICT(409, CALLER, false, "The resource was taken or changed by another request"),
    INVALID_STATE(409, CALLER, false, "The resource is in a state that does not allow this"),
    ALREADY_DECIDED(409, CALLER, false, "This approval was decided before"),
    STALE_FENCE(409, CALLER, false, "The fence token is not the current one"),
    CONCURRENT_SUPERSEDE(409, CALLER, false, "Another version superseded this one"),
    ALREADY_REPLAYED(409, CALLER, false, "This dead letter was replayed before"),
    TURN_IN_PROGRESS(409, CALLER, true, "The session runs another turn"),
    IDEMPOTENCY_IN_PROGRESS(409, CALLER, true, "The first request with this key is still running"),
    SESSION_CLOSED(410, CALLER, false, "The session has ended"),
    APPROVAL_EXPIRED(410, CALLER, false, "The approval has expired"),
    AUDIT_PRUNED(410, CALLER, false, "The entry was removed under retention"),
    PAYLOAD_TOO_LARGE(413, CALLER, false, "The body is larger than this route accepts"),
    CONTEXT_TOO_LONG(413, CALLER, false, "The prompt does not fit any allowed model"),
    UNSUPPORTED_MEDIA_TYPE(415, CALLER, false, "The content type is not accepted here"),
    IDEMPOTENCY_MISMATCH(422, CALLER, false, "The idempotency key was used for another request"),
    TOOL_FAILED(422, CALLER, false, "The tool ran and reported failure"),
    INVALID_APPROVAL(401, POLICY, false, "The grant cannot be used for this call"),
    FORBIDDEN(403, POLICY, false, "This role may not do that"),
    POLICY_DENIED(403, POLICY, false, "Policy does not allow this call"),
    SELF_APPROVAL_DENIED(403, POLICY, false, "The requester may not decide this approval"),
    PATH_OUTSIDE_SANDBOX(403, POLICY, false, "The path leaves the sandbox or is protected"),
    SYMLINK_DENIED(403, POLICY, false, "The path goes through a symbolic link"),
    URL_DENIED(403, POLICY, false, "The address is not on the network allowlist"),
    CONSENT_REQUIRED(403, POLICY, false, "This input needs consent first"),
    RATE_LIMITED(429, CAPACITY, true, "Too many requests"),
    MAX_SESSIONS(429, CAPACITY, true, "No more sessions can be opened now"),
    APPROVAL_QUEUE_FULL(429, CAPACITY, true, "Too many approvals are waiting"),
    BUDGET_EXCEEDED(429, CAPACITY, false, "A budget is used up"),
    OVERLOADED(503, CAPACITY, true, "The service is overloaded"),
    STORAGE_FULL(507, CAPACITY, false, "The disk is too full to write safely"),
    MODEL_FAILED(502, DEPENDENCY, true, "No model backend gave an answer"),
    DEPENDENCY_FAILED(502, DEPENDENCY, true, "A service behind this one answered wrongly"),
    UNAVAILABLE(503, DEPENDENCY, true, "A needed service cannot be reached"),
    CIRCUIT_OPEN(503, DEPENDENCY, true, "Calls to a needed service are paused"),
    NO_BACKEND_AVAILABLE(503, DEPENDENCY, true, "No model backend fits this request"),
    TIMEOUT(504, DEPENDENCY, true, "The deadline passed"),
    OUTCOME_UNKNOWN(409, PLATFORM, false, "A crash hid the result; it needs to be reconciled"),
    INTEGRITY_FAILED(409, PLATFORM, false, "The data does not verify"),
    CONFIG_INVALID(422, PLATFORM, false, "The configuration was refused"),
    INTERNAL_ERROR(500, PLATFORM, false, "An internal error occurred"),
    AUDIT_CHAIN_BROKEN(500, PLATFORM, false, "The audit chain does not verify"),
    VERIFICATION_FAILED(500, PLATFORM, false, "The tool claimed success but the check disagrees"),
    TOOL_UNAVAILABLE(501, PLATFORM, false, "The tool cannot run on this host"),
    STORAGE_UNAVAILABLE(503, PLATFORM, true, "The store cannot commit"),
    AUDIT_UNAVAILABLE(503, PLATFORM, true, "The audit entry could not be written, so nothing was changed"),
    AUTH_UNAVAILABLE(503, PLATFORM, true, "Credentials cannot be checked now");

    /** Who has to act on a failure. */
    public enum Blame {
        CALLER,
        POLICY,
        CAPACITY,
        DEPENDENCY,
        PLATFORM
    }

    private final int httpStatus;
    private final Blame blame;
    private final boolean retryable;
    private final String message;

    ErrorCode(int httpStatus, Blame blame, boolean retryable, String message) {
        this.httpStatus = httpStatus;
        this.blame = blame;
        this.retryable = retryable;
        this.message = message;
    }

    /** The failure that a peer's or a stored record's word means; DEPENDENCY_FAILED for a word that nobody here knows. */
    public static ErrorCode named(@Nullable Object word) {
        for (ErrorCode each : values()) {
            if (each != OK && each.name().equals(word)) {
                return each;
            }
        }
        return DEPENDENCY_FAILED;
    }

    public int httpStatus() {
        return httpStatus;
    }

    public Blame blame() {
        return blame;
    }

    /** True if the same request may be sent again; a mutating one with the same idempotency key. */
    public boolean retryable() {
        return retryable;
    }

    /** True if whoever answers with this has done nothing of what was asked, now or before. */
    public boolean withoutEffect() {
        return switch (blame) {
            case CALLER -> this != TOOL_FAILED && this != IDEMPOTENCY_IN_PROGRESS;
            case POLICY, CAPACITY -> true;
            case DEPENDENCY, PLATFORM -> false;
        };
    }

    /** The text shown to callers; safe for anybody's eyes. */
    public String message() {
        return message;
    }
}
