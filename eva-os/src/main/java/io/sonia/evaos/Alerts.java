package io.sonia.evaos;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.Listing;
import io.sonia.contracts.evaos.Alert;
import io.sonia.contracts.evaos.AlertAcknowledge;
import io.sonia.contracts.evaos.AlertAnswer;
import io.sonia.contracts.evaos.AlertFilter;
import io.sonia.contracts.evaos.AlertList;
import io.sonia.contracts.evaos.AlertState;
import io.sonia.contracts.evaos.AlertTrial;
import io.sonia.contracts.events.Event;
import io.sonia.contracts.gateway.Severity;
import io.sonia.contracts.policy.AlertPolicy;
import io.sonia.contracts.policy.AlertRouting;
import io.sonia.contracts.policy.Glob;
import io.sonia.contracts.policy.IncidentEscalation;
import io.sonia.evaos.policy.TimeWindows;
import io.sonia.journal.Answers;
import io.sonia.journal.Tx;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.json.WireNamed;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Events that somebody has to know of. What is raised, how far the events were looked at, and each step of an alert's
 * ladder with the messages that it sends are one commit each: a restart neither misses an alert nor tells it twice.
 */
final class Alerts {

    /** The event type of an alert that was asked for. */
    static final String TEST = "alert.test";

    private static final int PAGE = 200;
    private static final int MAX_PAGES = 50;
    private static final int REAP_LIMIT = 1_000;

    /** In quiet hours what is due is looked at again after this time. */
    private static final Duration QUIET_PAUSE = Duration.ofMinutes(1);

    private final Foundation base;
    private final Supplier<AlertPolicy> policy;
    private final Cursors cursors;

    Alerts(Foundation base, Supplier<AlertPolicy> policy, Cursors cursors) {
        this.base = base;
        this.policy = policy;
        this.cursors = cursors;
    }

    /** Looks at new events, and takes the steps that are due. */
    void tick() {
        AlertPolicy now = policy.get();
        boolean more = true;
        for (int page = 0; more && page < MAX_PAGES; page++) {
            more = look(now.routing());
        }
        for (AlertStore.Due due :
                base.journal().read(sql -> AlertStore.due(sql, base.clock().now()))) {
            base.journal().commit(tx -> climb(tx, now, due));
        }
    }

    /** Forgets what is beyond the number that is kept. */
    void reap() {
        base.journal().commit(tx -> {
            AlertStore.reap(tx.sql(), AlertStore.MAX_KEPT, REAP_LIMIT);
            return tx;
        });
    }

    long open(Severity severity) {
        return base.journal().read(sql -> AlertStore.open(sql, severity));
    }

    /** True if there may be more to look at. */
    private boolean look(AlertRouting routing) {
        if (!base.journal().read(sql -> EventStore.head(sql) > AlertStore.seen(sql))) {
            return false;
        }
        return base.journal().commit(tx -> {
            List<EventStore.Placed> page =
                    EventStore.between(tx.sql(), AlertStore.seen(tx.sql()), Long.MAX_VALUE, List.of(), PAGE);
            for (EventStore.Placed each : page) {
                Optional<AlertRouting.Route> route = route(routing, each.event());
                if (route.isPresent()) {
                    raise(tx, routing, route.get(), each.event());
                }
            }
            if (!page.isEmpty()) {
                AlertStore.seen(tx.sql(), page.getLast().position());
            }
            return page.size() == PAGE;
        });
    }

    private static Optional<AlertRouting.Route> route(AlertRouting routing, Event event) {
        return routing.routes().stream().filter(each -> fits(each, event)).findFirst();
    }

    private static boolean fits(AlertRouting.Route route, Event event) {
        boolean type = route.types().stream().anyMatch(each -> Glob.ofName(each).matchesName(event.type()));
        return type
                && route.where().stream()
                        .allMatch(each -> each.in()
                                .contains(String.valueOf(event.payload().get(each.field()))));
    }

    private void raise(Tx tx, AlertRouting routing, AlertRouting.Route route, Event event) throws SQLException {
        String key = key(route, event);
        Instant now = base.clock().now();
        Optional<Alert> same = AlertStore.ofKey(tx.sql(), key, now.minus(Duration.ofSeconds(routing.dedupeSeconds())));
        if (same.isPresent()) {
            AlertStore.again(tx.sql(), same.get().alertId(), now);
            return;
        }
        Alert alert = alert(route.routeId(), event.type(), route.severity(), event.source(), event);
        AlertStore.insert(tx.sql(), alert, key);
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("route_id", route.routeId());
        detail.put("type", event.type());
        detail.put("severity", WireNamed.of(route.severity()));
        detail.put("event_id", event.id());
        tx.audit(base.own("alert.raised", "timer")
                .about("alert", alert.alertId())
                .detail(detail));
    }

    private static String key(AlertRouting.Route route, Event event) {
        List<String> parts = new ArrayList<>(List.of(route.routeId()));
        route.dedupeBy()
                .forEach(each -> parts.add(String.valueOf(event.payload().get(each))));
        return String.join("\n", parts);
    }

    private Alert alert(String routeId, String type, Severity severity, String source, @Nullable Event event) {
        Instant now = base.clock().now();
        return new Alert(
                base.ids().next("alr_"),
                routeId,
                type,
                severity,
                AlertState.OPEN,
                source,
                event == null ? null : event.id(),
                event == null ? "timer" : event.correlationId(),
                event == null ? Map.of() : event.payload(),
                1,
                now,
                now,
                null,
                null,
                null,
                0,
                now,
                List.of());
    }

    /** Takes one step: tells its channels, and sets when the next is due. */
    private boolean climb(Tx tx, AlertPolicy now, AlertStore.Due due) throws SQLException {
        Alert alert = due.alert();
        Instant time = base.clock().now();
        if (quiet(now.routing(), alert, time)) {
            AlertStore.postpone(tx.sql(), due, time.plus(QUIET_PAUSE));
            return false;
        }
        Optional<IncidentEscalation.Ladder> ladder = now.escalation().ladder(alert.severity());
        int steps = ladder.map(each -> each.steps().size()).orElse(0);
        boolean more = due.step() < steps;
        Duration wait = Duration.ofMinutes(
                ladder.map(IncidentEscalation.Ladder::acknowledgeMinutes).orElse(0));
        if (!AlertStore.step(tx.sql(), due, more ? time.plus(wait) : null)) {
            return false;
        }
        List<String> channels = due.step() == 0 ? first(now.routing(), alert) : later(tx, ladder, due);
        for (String channel : channels) {
            AlertStore.delivering(tx.sql(), alert.alertId(), channel, due.step(), time);
            AlertPost.publish(tx, alert.alertId(), channel, due.step());
        }
        if (due.step() > 0) {
            tx.audit(base.own("alert.escalated", "timer")
                    .about("alert", alert.alertId())
                    .detail(Map.of("step", due.step(), "channels", channels)));
        }
        return true;
    }

    private static boolean quiet(AlertRouting routing, Alert alert, Instant time) {
        return alert.severity() != Severity.S1
                && !routing.quietHours().isEmpty()
                && TimeWindows.of(routing.quietHours()).hold(time);
    }

    private static List<String> first(AlertRouting routing, Alert alert) {
        return routing.channels().stream()
                .filter(each -> each.severities().contains(alert.severity()))
                .map(AlertRouting.Channel::name)
                .toList();
    }

    private static List<String> later(Tx tx, Optional<IncidentEscalation.Ladder> ladder, AlertStore.Due due)
            throws SQLException {
        List<IncidentEscalation.Step> steps =
                ladder.map(IncidentEscalation.Ladder::steps).orElse(List.of());
        // A ladder that was cut short since has no such step any more.
        List<String> named = due.step() > steps.size()
                ? List.of()
                : steps.get(due.step() - 1).channels();
        return named.isEmpty() ? AlertStore.toldFirst(tx.sql(), due.alert().alertId()) : named;
    }

    Reply list(Call<AlertFilter> call) {
        AlertFilter filter = call.input();
        return base.journal().read(sql -> {
            Listing.Page<Alert> page =
                    AlertStore.listing(filter).page(sql, cursors, filter.cursor(), filter.limit(), AlertStore::read);
            List<Alert> rows = new ArrayList<>();
            for (Alert each : page.rows()) {
                rows.add(AlertStore.withDeliveries(sql, each));
            }
            int open = Math.toIntExact(AlertStore.open(sql));
            return Reply.ok(new AlertList(rows, open, rows.size(), page.total(), page.nextCursor()));
        });
    }

    /**
     * Somebody looks after it: no further step is taken.
     *
     * @throws SoniaException NOT_FOUND, INVALID_STATE if it was acknowledged before
     */
    Reply acknowledge(Call<AlertAcknowledge> call) {
        String id = Ids.checked(call.path("alert_id"));
        return base.journal().commit(tx -> {
            Alert seen = AlertStore.find(tx.sql(), id).orElseThrow(() -> SoniaException.of(ErrorCode.NOT_FOUND));
            String note = call.input().note();
            Instant now = base.clock().now();
            if (!AlertStore.acknowledge(tx.sql(), id, now, call.caller().actorId(), note)) {
                throw SoniaException.of(ErrorCode.INVALID_STATE)
                        .with("state", WireNamed.of(seen.state()))
                        .with("allowed", List.of());
            }
            Map<String, @Nullable Object> detail = new LinkedHashMap<>();
            detail.put("severity", WireNamed.of(seen.severity()));
            detail.put("note", note);
            tx.audit(call.audit().about("alert", id).detail(detail));
            Alert after = AlertStore.find(tx.sql(), id).orElseThrow();
            return Answers.keep(tx, call, Reply.ok(new AlertAnswer(after)));
        });
    }

    /** Raises an alert that means nothing. */
    Reply test(Call<AlertTrial> call) {
        Severity severity = call.input().severity();
        Alert alert = alert(TEST, TEST, severity, ServiceName.EVA_OS.wireName(), null);
        return base.journal().commit(tx -> {
            AlertStore.insert(tx.sql(), alert, alert.alertId());
            tx.audit(call.audit().about("alert", alert.alertId()).detail(Map.of("severity", WireNamed.of(severity))));
            return Answers.keep(tx, call, Reply.ok(new AlertAnswer(alert)));
        });
    }
}
