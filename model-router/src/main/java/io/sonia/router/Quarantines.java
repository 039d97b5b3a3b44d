package io.sonia.router;

import io.sonia.contracts.router.BackendList.Sample;
import io.sonia.contracts.router.BackendList.State;
import io.sonia.journal.Answers;
import io.sonia.journal.Journal;
import io.sonia.journal.Tx;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.settings.Live;
import io.sonia.router.BackendLife.Event;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which backends are passed over because they failed. Every move is durable, together with an audit entry that holds the
 * failures it was made for. One lock: moves are rare, and what is asked between them is a look into a map.
 */
final class Quarantines {

    /** Failures kept of each backend. */
    private static final int MAX_SAMPLES = 100;

    /** Backends with failures kept; beyond it the failures of all are forgotten, but no quarantine is. */
    private static final int MAX_BACKENDS = 2000;

    private static final String PUT =
            "INSERT INTO backend_state (backend, state, quarantined_at, quarantine_until, seconds,"
                    + " successes, evidence, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (backend) DO UPDATE SET"
                    + " state = excluded.state, quarantined_at = excluded.quarantined_at,"
                    + " quarantine_until = excluded.quarantine_until, seconds = excluded.seconds,"
                    + " successes = excluded.successes, evidence = excluded.evidence, changed_at = excluded.changed_at";

    private final Live<RouterConfig> config;
    private final Journal journal;
    private final Clock clock;
    private final Map<String, Deque<Sample>> failures = new HashMap<>();
    private final Set<String> trials = new HashSet<>();
    private @Nullable Map<String, Standing> standings;

    Quarantines(Live<RouterConfig> config, Journal journal, Clock clock) {
        this.config = config;
        this.journal = journal;
        this.clock = clock;
    }

    /** How a backend stands, as on record. */
    synchronized Standing of(String backend) {
        return standings().getOrDefault(backend, Standing.FRESH);
    }

    /** The backends that are or were in quarantine. */
    synchronized List<String> known() {
        return List.copyOf(standings().keySet());
    }

    /** Failures that count towards a quarantine now. */
    synchronized int windowFailures(String backend) {
        return recent(backend).size();
    }

    /** Why a backend must not be called now, if it must not. */
    synchronized Optional<String> refusal(String backend) {
        Standing standing = of(backend);
        return switch (standing.state()) {
            case OPEN -> Optional.empty();
            case QUARANTINED -> over(standing) ? trialRuns(backend) : Optional.of("until " + standing.until());
            case PROBING -> trialRuns(backend);
        };
    }

    private Optional<String> trialRuns(String backend) {
        return trials.contains(backend) ? Optional.of("another call tries it") : Optional.empty();
    }

    /** True if a call of it now is a trial. */
    synchronized boolean onTrial(String backend) {
        return of(backend).state() != State.OPEN;
    }

    /** How a call may go to a backend. */
    enum Entry {
        REFUSED,
        FREE,
        /** As the only one; to be followed by {@link #leave}. */
        TRIAL
    }

    /** Lets a call in, or not. */
    synchronized Entry enter(String backend, AuditEvent.Origin by) {
        if (refusal(backend).isPresent()) {
            return Entry.REFUSED;
        }
        Standing standing = of(backend);
        if (standing.state() == State.OPEN) {
            return Entry.FREE;
        }
        if (standing.state() == State.QUARANTINED) {
            move(backend, standing, Event.TRY, standing.seconds(), List.of(), AuditEvent.of("backend.probing", by));
        }
        trials.add(backend);
        return Entry.TRIAL;
    }

    synchronized void leave(String backend) {
        trials.remove(backend);
    }

    synchronized void succeeded(String backend, AuditEvent.Origin by) {
        Standing standing = of(backend);
        if (standing.state() == State.PROBING) {
            int successes = standing.successes() + 1;
            if (successes >= config.get().quarantine().probeSuccesses()) {
                failures.remove(backend);
                move(backend, standing, Event.RECOVER, 0, List.of(), AuditEvent.of("backend.opened", by));
            } else {
                standings()
                        .put(
                                backend,
                                new Standing(
                                        standing.state(),
                                        standing.quarantinedAt(),
                                        null,
                                        standing.seconds(),
                                        successes,
                                        standing.evidence()));
            }
        }
    }

    /** Counts a failure that was the backend's own. */
    synchronized void failed(String backend, ErrorCode code, double latencyMs, AuditEvent.Origin by) {
        Sample sample = new Sample(clock.now(), code.name(), latencyMs);
        if (failures.size() > MAX_BACKENDS) {
            failures.clear();
        }
        Deque<Sample> kept = failures.computeIfAbsent(backend, each -> new ArrayDeque<>());
        kept.addLast(sample);
        if (kept.size() > MAX_SAMPLES) {
            kept.removeFirst();
        }
        QuarantineConfig limits = config.get().quarantine();
        Standing standing = of(backend);
        List<Sample> recent = recent(backend);
        AuditEvent event = AuditEvent.of("backend.quarantined", by);
        if (standing.state() == State.PROBING) {
            int seconds = Math.min(Math.max(standing.seconds(), 1) * 2, limits.maxSeconds());
            move(backend, standing, Event.RELAPSE, seconds, List.of(sample), event);
        } else if (standing.state() == State.OPEN && recent.size() >= limits.failures()) {
            move(backend, standing, Event.TRIP, limits.seconds(), recent, event);
        }
    }

    /** What a person wants done to a backend, and why. */
    record Wish(Event event, int seconds, String reason) {}

    /**
     * A person takes a backend out, or lets it be tried, in a transaction with the answer.
     *
     * @throws io.sonia.kernel.SoniaException INVALID_STATE if it is not where that can be done from
     */
    synchronized Reply decide(Call<?> call, String backend, Wish wish, Function<Standing, Reply.Enveloped> answer) {
        Standing before = of(backend);
        Standing after = after(before, wish.event(), wish.seconds(), List.of());
        failures.remove(backend);
        Reply.Enveloped reply = answer.apply(after);
        journal.commit(tx -> {
            put(tx, backend, before, after, call.audit().detail(Map.of("reason", wish.reason())));
            return Answers.keep(tx, call, reply);
        });
        standings().put(backend, after);
        return reply;
    }

    private void move(
            String backend, Standing before, Event event, int seconds, List<Sample> evidence, AuditEvent audit) {
        Standing after = after(before, event, seconds, evidence);
        journal.commit(tx -> {
            put(tx, backend, before, after, audit);
            return true;
        });
        standings().put(backend, after);
    }

    private Standing after(Standing before, Event event, int seconds, List<Sample> evidence) {
        State state = BackendLife.TABLE.require(before.state(), event);
        Instant now = clock.now();
        return switch (state) {
            case OPEN -> Standing.FRESH;
            case QUARANTINED -> new Standing(state, now, now.plusSeconds(seconds), seconds, 0, evidence);
            case PROBING -> new Standing(state, before.quarantinedAt(), null, before.seconds(), 0, before.evidence());
        };
    }

    private void put(Tx tx, String backend, Standing before, Standing after, AuditEvent audit) throws SQLException {
        tx.sql()
                .update(
                        PUT,
                        backend,
                        after.state().name(),
                        after.quarantinedAt(),
                        after.until(),
                        after.seconds(),
                        after.successes(),
                        Json.text(after.kept()),
                        clock.now());
        Map<String, @Nullable Object> detail = new LinkedHashMap<>(audit.detail());
        detail.put("from", before.state().name().toLowerCase(Locale.ROOT));
        detail.put("to", after.state().name().toLowerCase(Locale.ROOT));
        detail.put("until", after.until() == null ? null : after.until().toString());
        detail.putAll(after.kept());
        tx.audit(audit.about("backend", backend).detail(detail));
    }

    private boolean over(Standing standing) {
        Instant until = standing.until();
        return until == null || !clock.now().isBefore(until);
    }

    private List<Sample> recent(String backend) {
        Instant since = clock.now().minusSeconds(config.get().quarantine().windowSeconds());
        Deque<Sample> kept = failures.get(backend);
        return kept == null
                ? List.of()
                : new ArrayList<>(kept)
                        .stream()
                                .filter(each -> each.timestamp().isAfter(since))
                                .toList();
    }

    private Map<String, Standing> standings() {
        Map<String, Standing> known = standings;
        if (known == null) {
            known = new HashMap<>();
            Map<String, Standing> read = known;
            journal.read(sql -> sql.list(
                            "SELECT * FROM backend_state", row -> Map.entry(row.text("backend"), Standing.read(row))))
                    .forEach(each -> read.put(each.getKey(), each.getValue()));
            standings = known;
        }
        return known;
    }
}
