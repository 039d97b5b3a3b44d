package io.sonia.platform;

import io.sonia.contracts.audit.Witness;
import io.sonia.journal.AuditTree;
import io.sonia.journal.Journal;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.logging.ServiceLog;
import io.sonia.kernel.settings.AuditConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** Gives the signed heads of one service's chain to a witness, and heeds what it says. */
final class Witnessing {

    private final ServiceName service;
    private final Witness witness;
    private final Duration interval;
    private final Journal journal;
    private final ServiceLog log;
    private volatile boolean contradicted;
    private long given;

    /** @param file where the last head that it has signed is kept */
    Witnessing(ServiceName service, AuditConfig.Witness config, Path file, Journal journal, ServiceLog log) {
        this.service = service;
        this.witness = new Witness(config, file, journal);
        this.interval = Duration.ofSeconds(config.intervalSeconds());
        this.journal = journal;
        this.log = log;
    }

    /**
     * Before anything is served. A witness that does not answer keeps nobody from starting.
     *
     * @throws SoniaException AUDIT_CHAIN_BROKEN if it has signed what this store does not hold
     */
    void require() {
        submit();
        if (contradicted) {
            throw SoniaException.of(
                    ErrorCode.AUDIT_CHAIN_BROKEN,
                    "The witness of " + service + " has signed more than its store holds, or other entries: put back"
                            + " the newest copy, or go on without this witness (audit.witness)");
        }
    }

    /** False once the witness has signed something else than this chain. */
    boolean sound() {
        return !contradicted;
    }

    /** Between two calls of {@link #submit}. */
    Duration interval() {
        return interval;
    }

    /** Gives it the last signed head, if it does not have that one. */
    synchronized void submit() {
        AuditTree.Anchor anchor = journal.tree().anchor().orElse(null);
        if (anchor == null || anchor.size() == given) {
            return;
        }
        switch (witness.submit(anchor)) {
            case Witness.Answer.Cosigned signed -> given = signed.size();
            case Witness.Answer.Away away -> log.warn("audit.witness.away", away.why(), Map.of());
            case Witness.Answer.Refused refused -> contradicted(refused.why());
            case Witness.Answer.Ahead ahead -> contradicted("it has signed " + ahead.size() + " entries before");
        }
    }

    private void contradicted(String why) {
        contradicted = true;
        log.error(
                "audit.witness.contradicts",
                "The witness does not sign the head of this chain: " + why,
                Map.of(),
                null);
    }
}
