package io.sonia.platform;

import io.sonia.contracts.audit.HeadRequest;
import io.sonia.contracts.audit.SignedHead;
import io.sonia.journal.AuditTree;
import io.sonia.journal.Journal;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import io.sonia.kernel.logging.ServiceLog;
import io.sonia.kernel.metrics.Metrics;
import io.sonia.kernel.settings.AuditConfig;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Has the head of one service's chain signed by EVA-OS: every so often, earlier after many entries, and also when nothing
 * happens. A chain that was silent for long gets an entry that says that the service was there.
 */
final class Checkpoints {

    private static final Duration CALL_TIME = Duration.ofSeconds(5);

    private final ServiceName service;
    private final Journal journal;
    private final AuditConfig config;
    private final Peer notary;
    private final Clock clock;
    private final Ids ids;
    private final ServiceLog log;
    private volatile long anchored;
    private long askedAt;
    private long seen = -1;
    private long seenAt;
    private volatile long signedAt;

    /** @param notary EVA-OS */
    Checkpoints(
            ServiceName service,
            Journal journal,
            AuditConfig config,
            Peer notary,
            HostProcess process,
            ServiceLog log) {
        this.service = service;
        this.journal = journal;
        this.config = config;
        this.notary = notary;
        this.clock = process.clock();
        this.ids = process.ids();
        this.log = log;
        this.anchored = journal.tree().anchor().map(AuditTree.Anchor::size).orElse(0L);
        this.askedAt = clock.nanoTime();
        this.seenAt = askedAt;
        this.signedAt = askedAt;
    }

    void measure(Metrics metrics) {
        metrics.gauge(
                "sonia_audit_checkpoint_age_seconds",
                "Time since EVA-OS signed the head of the audit chain",
                () -> (clock.nanoTime() - signedAt) / (double) TimeUnit.SECONDS.toNanos(1));
    }

    /** To be called once a second. */
    void tick() {
        long now = clock.nanoTime();
        long size = journal.chain().head().size();
        if (size != seen) {
            seen = size;
            seenAt = now;
        } else if (now - seenAt >= TimeUnit.SECONDS.toNanos(config.heartbeatSeconds())) {
            journal.append(AuditEvent.of("audit.heartbeat", own().origin()).about("audit", service.wireName()));
        }
        boolean due = now - askedAt >= TimeUnit.MILLISECONDS.toNanos(config.checkpointIntervalMs());
        if (due || size - anchored >= config.checkpointEntries()) {
            askedAt = now;
            sign();
        }
    }

    /** Has the head signed as it is now; if that fails, it is tried again at the next occasion. */
    synchronized void sign() {
        try {
            journal.tree().integrate();
            AuditTree.Growth growth = journal.tree().growth(anchored);
            SignedHead signed;
            try {
                signed = ask(growth);
            } catch (SoniaException e) {
                // EVA-OS may have signed a head whose answer never arrived, or never have seen the one known here.
                Long other = otherSize(e, growth);
                if (other == null) {
                    throw e;
                }
                growth = journal.tree().growth(other);
                signed = ask(growth);
            }
            journal.tree()
                    .anchor(new AuditTree.Anchor(
                            growth.size(), growth.lastHash(), growth.root(), signed.text(), signed.signedAt()));
            anchored = growth.size();
            signedAt = clock.nanoTime();
        } catch (SoniaException e) {
            if (e.code() == ErrorCode.INTEGRITY_FAILED) {
                log.error(
                        "audit.head.refused",
                        "EVA-OS does not sign the head of this chain",
                        Map.of("details", String.valueOf(e.details())),
                        null);
            }
        }
    }

    /** The size that EVA-OS wants the proof to start from, if this chain can give it. */
    private static @Nullable Long otherSize(SoniaException e, AuditTree.Growth growth) {
        return e.code() == ErrorCode.INTEGRITY_FAILED
                        && e.details().get("size") instanceof Long size
                        && size != growth.since()
                        && size <= growth.size()
                ? size
                : null;
    }

    private SignedHead ask(AuditTree.Growth growth) {
        return notary.on(own(), Operation.NOTARY_SIGN)
                .unguarded()
                .body(new HeadRequest(
                        service.wireName(), growth.size(), growth.root(), growth.lastHash(), growth.consistency()))
                .send(SignedHead.class);
    }

    private Context own() {
        return Context.own(service, "timer", null, CALL_TIME, ids, clock);
    }
}
