package io.sonia.gateway;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.Listing;
import io.sonia.contracts.ServiceParts;
import io.sonia.contracts.evaos.ApprovalList;
import io.sonia.contracts.gateway.Action;
import io.sonia.contracts.gateway.DeadLetter;
import io.sonia.contracts.gateway.DiagnosticsQuery;
import io.sonia.contracts.gateway.DiagnosticsSnapshot;
import io.sonia.journal.Row;
import io.sonia.journal.RowReader;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How the house is, in one answer: all parts are asked at once, and one that does not answer says so in its place. */
final class Diagnostics {

    private static final Duration ASKING = Duration.ofSeconds(3);
    private static final Duration PROBING = Duration.ofSeconds(8);
    private static final String ERROR = "error";

    private final ServiceParts parts;
    private final Sessions sessions;
    private final LetterStore letters;
    private final Cursors cursors;

    Diagnostics(ServiceParts parts, Sessions sessions, LetterStore letters, Cursors cursors) {
        this.parts = parts;
        this.sessions = sessions;
        this.letters = letters;
        this.cursors = cursors;
    }

    List<Route<?>> list() {
        return List.of(Route.of(Operation.DIAGNOSTICS, DiagnosticsQuery.class, DiagnosticsSnapshot.class, this::look));
    }

    private Reply look(Call<DiagnosticsQuery> call) {
        int last = call.input().lastN();
        Context context = call.context();
        Part health = new Part(() -> ask(context, ServiceName.EVA_OS, Operation.HEALTH_ALL, PROBING));
        Part approvals = new Part(() -> parts.peers()
                .of(ServiceName.EVA_OS)
                .on(context.within(ASKING), Operation.APPROVAL_LIST)
                .query("limit", 1)
                .send(ApprovalList.class)
                .total());
        Map<ServiceName, Part> status = new LinkedHashMap<>();
        for (ServiceName service : ServiceName.values()) {
            status.put(service, new Part(() -> ask(context, service, Operation.STATUS, ASKING)));
        }
        Part breakers = new Part(() -> ask(context, parts.service(), Operation.BREAKER_LIST, ASKING));
        Part calls = new Part(() -> ask(context, parts.service(), Operation.BREAKER_METRICS, ASKING));
        Part slo = new Part(() -> ask(context, parts.service(), Operation.SLO_STATUS, ASKING));
        Part dead = new Part(() -> deadLetters(last));
        Part actions = new Part(() -> recentActions(last));
        Part active = new Part(sessions::activeCount);
        Map<String, @Nullable Object> queues = new LinkedHashMap<>();
        status.forEach((service, part) -> queues.put(service.wireName(), queues(part.map())));
        boolean complete = Stream.concat(
                        Stream.of(health, approvals, breakers, calls, slo, dead, actions, active),
                        status.values().stream())
                .allMatch(Part::answered);
        return Reply.ok(new DiagnosticsSnapshot(
                parts.clock().now(),
                complete,
                health.map(),
                breakers.map(),
                calls.map(),
                dead.map(),
                actions.map(),
                slo.map(),
                queues,
                active.value(),
                approvals.value()));
    }

    private Map<String, @Nullable Object> ask(
            Context context, ServiceName service, Operation operation, Duration time) {
        return parts.peers()
                .of(service)
                .on(context.within(time), operation)
                .exchange()
                .data();
    }

    private static @Nullable Object queues(Map<String, @Nullable Object> status) {
        return status.containsKey(ERROR) ? status : status.get("queues");
    }

    private Map<String, @Nullable Object> deadLetters(int last) {
        List<Map<String, @Nullable Object>> recent =
                newest(LetterStore.UNRESOLVED, "letter_id", last, row -> Conversation.plain(masked(row)));
        Map<String, @Nullable Object> found = new LinkedHashMap<>();
        found.put("unresolved", letters.unresolved());
        found.put("recent", recent);
        return found;
    }

    private static DeadLetter masked(Row row) throws SQLException {
        DeadLetter letter = LetterStore.letter(row).told();
        return letter.withParams(ActionRoutes.masked(letter.params()));
    }

    private Map<String, @Nullable Object> recentActions(int last) {
        List<Map<String, @Nullable Object>> recent =
                newest("actions", "action_id", last, row -> told(ActionStore.action(row)));
        Map<String, @Nullable Object> found = new LinkedHashMap<>();
        found.put("count", recent.size());
        found.put("actions", recent);
        return found;
    }

    /** How it went, without what it was called with and what came of it. */
    private static Map<String, @Nullable Object> told(Action action) {
        Map<String, @Nullable Object> told =
                new LinkedHashMap<>(Conversation.plain(action.withParams(ActionRoutes.masked(action.params()))));
        if (action.execution() != null) {
            Map<String, @Nullable Object> execution = new LinkedHashMap<>(Conversation.plain(action.execution()));
            execution.put("output", null);
            execution.put("side_effects", List.of());
            execution.put("verification", null);
            told.put("execution", execution);
        }
        return told;
    }

    private <T> List<T> newest(String table, String idColumn, int last, RowReader<T> reader) {
        return new Listing(table, idColumn)
                .page(parts.journal(), cursors, null, last, reader)
                .rows();
    }

    /** One part, asked on a thread of its own. */
    private static final class Part {

        private final FutureTask<Object> asked;

        Part(Supplier<Object> asking) {
            asked = new FutureTask<>(asking::get);
            Threads.virtual("diagnostics", asked);
        }

        boolean answered() {
            return !(value() instanceof Map<?, ?> map && map.size() == 1 && map.containsKey(ERROR));
        }

        /** The part, or {@code {error: code}} in its place. */
        Object value() {
            try {
                return asked.get();
            } catch (ExecutionException e) {
                ErrorCode code = e.getCause() instanceof SoniaException told ? told.code() : ErrorCode.INTERNAL_ERROR;
                return Map.of(ERROR, code.name());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Map.of(ERROR, ErrorCode.UNAVAILABLE.name());
            }
        }

        @SuppressWarnings("unchecked") // a part that is no number is a JSON object
        Map<String, @Nullable Object> map() {
            return (Map<String, @Nullable Object>) value();
        }
    }
}
