package io.sonia.kernel;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened and must be on record: who did what to which resource, with which outcome. The journal turns
 * it into a hash-chained entry; {@code detail} is redacted JSON of at most 8 KiB.
 *
 * @param operation the operation or lifecycle edge, such as {@code approve} or {@code tool.intent}
 * @param replay null for everything but a replay
 * @param durationMs milliseconds of the work so far, or null where there is none to speak of
 */
public record AuditEvent(
        String operation,
        ErrorCode outcome,
        int httpStatus,
        Origin origin,
        Subject subject,
        @Nullable Replay replay,
        @Nullable Double durationMs,
        Map<String, @Nullable Object> detail) {

    /** Who asked, and in which request. */
    public record Origin(
            String actorId,
            String actorRole,
            String actorKind,
            @Nullable String via,
            @Nullable String onBehalfOf,
            String correlationId,
            @Nullable String traceId,
            @Nullable String idempotencyKeyDigest) {}

    /** What it was about. */
    public record Subject(
            @Nullable String resourceType,
            @Nullable String resourceId,
            @Nullable Long fenceToken,
            @Nullable String approvalId,
            @Nullable String digest,
            @Nullable String policyVersion,
            @Nullable String ruleId) {

        public static final Subject NONE = new Subject(null, null, null, null, null, null, null);

        public static Subject of(String resourceType, String resourceId) {
            return new Subject(resourceType, resourceId, null, null, null, null, null);
        }
    }

    /**
     * Which earlier request was replayed.
     *
     * @param of the correlation id of the original
     * @param generation 1 for its first replay
     */
    public record Replay(String of, int generation) {}

    /** A success about nothing in particular yet. */
    public static AuditEvent of(String operation, Origin origin) {
        return new AuditEvent(
                operation, ErrorCode.OK, ErrorCode.OK.httpStatus(), origin, Subject.NONE, null, null, Map.of());
    }

    public AuditEvent about(Subject subject) {
        return new AuditEvent(operation, outcome, httpStatus, origin, subject, replay, durationMs, detail);
    }

    public AuditEvent about(String resourceType, String resourceId) {
        return about(Subject.of(resourceType, resourceId));
    }

    public AuditEvent replaying(String original, int generation) {
        Replay replayed = new Replay(original, generation);
        return new AuditEvent(operation, outcome, httpStatus, origin, subject, replayed, durationMs, detail);
    }

    public AuditEvent outcome(ErrorCode code) {
        return new AuditEvent(operation, code, code.httpStatus(), origin, subject, replay, durationMs, detail);
    }

    public AuditEvent status(int httpStatus) {
        return new AuditEvent(operation, outcome, httpStatus, origin, subject, replay, durationMs, detail);
    }

    public AuditEvent took(double millis) {
        return new AuditEvent(operation, outcome, httpStatus, origin, subject, replay, millis, detail);
    }

    public AuditEvent detail(Map<String, @Nullable Object> more) {
        return new AuditEvent(operation, outcome, httpStatus, origin, subject, replay, durationMs, more);
    }
}
