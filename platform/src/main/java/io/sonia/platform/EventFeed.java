package io.sonia.platform;

import io.sonia.contracts.events.Event;
import io.sonia.contracts.events.EventBatch;
import io.sonia.contracts.events.EventTypes;
import io.sonia.contracts.events.EventsTaken;
import io.sonia.journal.AuditChain;
import io.sonia.journal.AuditEntry;
import io.sonia.journal.Journal;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells EVA-OS the events of one service. They are read from the audit chain, where each stands in the commit of the
 * change it is about, so none is lost and none is told that did not happen. EVA-OS remembers how far they are told.
 */
final class EventFeed {

    static final Duration EVERY = Duration.ofMillis(250);

    private static final Duration CALL_TIME = Duration.ofSeconds(5);
    private static final int PAGE = EventBatch.MAX;

    /** Entries without an event after which EVA-OS is told how far they were read. */
    private static final int SILENT = 1_000;

    private static final long UNKNOWN = -1;

    private final ServiceName service;
    private final Journal journal;
    private final Peer evaOs;
    private final Clock clock;
    private final Ids ids;
    private long through = UNKNOWN;
    private long told;

    EventFeed(ServiceName service, Journal journal, Peer evaOs, HostProcess process) {
        this.service = service;
        this.journal = journal;
        this.evaOs = evaOs;
        this.clock = process.clock();
        this.ids = process.ids();
    }

    /** Tells what is new. What cannot be told now is told the next time. */
    void tick() {
        try {
            if (through == UNKNOWN) {
                told = send(List.of(), 0);
                through = told;
            }
            long head = journal.chain().head().size();
            while (through < head) {
                pass(Math.min(head, through + PAGE));
            }
        } catch (SoniaException e) {
            through = UNKNOWN;
        }
    }

    private void pass(long to) {
        List<Event> events = new ArrayList<>();
        for (AuditEntry entry : entries(through + 1, to).reversed()) {
            EventTypes.of(service, entry).ifPresent(events::add);
        }
        if (!events.isEmpty() || to - told >= SILENT) {
            told = send(events, to);
        }
        through = to;
    }

    private List<AuditEntry> entries(long from, long to) {
        try {
            return journal.chain()
                    .entries(AuditChain.Filter.between(from, to), PAGE, null)
                    .entries();
        } catch (SoniaException e) {
            if (e.code() == ErrorCode.AUDIT_PRUNED) {
                return List.of();
            }
            throw e;
        }
    }

    private long send(List<Event> events, long to) {
        Context own = Context.own(service, "timer", null, CALL_TIME, ids, clock);
        return evaOs.on(own, Operation.EVENT_PUBLISH)
                .unguarded()
                .body(new EventBatch(events, to))
                .send(EventsTaken.class)
                .through();
    }
}
