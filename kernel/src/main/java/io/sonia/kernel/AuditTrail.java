package io.sonia.kernel;

/** Where refusals and reads are put on record when no state changes with them. */
public interface AuditTrail {

    /**
     * Returns once the entry is durable.
     *
     * @throws SoniaException AUDIT_UNAVAILABLE if it could not be written
     */
    void append(AuditEvent event);
}
