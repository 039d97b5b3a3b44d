package io.sonia.platform;

import io.sonia.journal.Journal;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Breaker;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.json.WireNamed;
import io.sonia.kernel.logging.ServiceLog;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts on record that calls to another service are paused, tried again and let go. */
final class BreakerMoves {

    private static final Duration OWN_WORK = Duration.ofSeconds(5);

    private final ServiceName service;
    private final Journal journal;
    private final HostProcess process;
    private final ServiceLog log;

    BreakerMoves(ServiceName service, Journal journal, HostProcess process, ServiceLog log) {
        this.service = service;
        this.journal = journal;
        this.process = process;
        this.log = log;
    }

    /** A breaker works also while its moves cannot be put on record; the log has them. */
    void moved(Breaker.Move move) {
        if (move.from() == move.to()) {
            return;
        }
        String operation = switch (move.to()) {
            case OPEN -> "breaker.opened";
            case HALF_OPEN -> "breaker.half_open";
            case CLOSED -> "breaker.closed";
        };
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("from", WireNamed.of(move.from()));
        detail.put("failures", move.failures());
        detail.put("retry_at", move.retryAt() == null ? null : move.retryAt().toString());
        detail.put("cause", move.cause());
        log.warn(operation, "Calls to a service are paused, tried or let go", Map.of("name", move.name()));
        Context own = Context.own(service, "timer", null, OWN_WORK, process.ids(), process.clock());
        try {
            journal.append(AuditEvent.of(operation, own.origin())
                    .about("breaker", move.name())
                    .detail(detail));
        } catch (SoniaException e) {
            log.error(operation, "It could not be put on record", Map.of("code", ErrorCode.AUDIT_UNAVAILABLE), e);
        }
    }
}
