package io.sonia.console;

import io.sonia.contracts.console.ConsoleHealth;
import io.sonia.contracts.console.Overview;
import io.sonia.contracts.evaos.WhoAmI;
import io.sonia.journal.Journal;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import io.sonia.kernel.Version;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import io.sonia.kernel.http.Peers;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the console tells about itself and about the house. */
final class HouseRoutes {

    private static final Duration PROBE = Duration.ofSeconds(1);
    private static final Duration LOOK = Duration.ofSeconds(3);

    /** A part of the overview: who is asked, what, and how. */
    private record Part(String name, ServiceName service, Operation operation, Map<String, String> query) {}

    private static final List<Part> PARTS = List.of(
            new Part("services", ServiceName.EVA_OS, Operation.HEALTH_ALL, Map.of()),
            new Part("budgets", ServiceName.EVA_OS, Operation.SUPERVISION_BUDGETS, Map.of()),
            new Part("approvals", ServiceName.EVA_OS, Operation.APPROVAL_LIST, Map.of("limit", "1")),
            new Part(
                    "sessions",
                    ServiceName.API_GATEWAY,
                    Operation.SESSION_LIST,
                    Map.of("status", "active", "limit", "1")),
            new Part("audit", ServiceName.API_GATEWAY, Operation.AUDIT_HEAD, Map.of()),
            new Part("slo", ServiceName.API_GATEWAY, Operation.SLO_STATUS, Map.of()),
            new Part("usage", ServiceName.MODEL_ROUTER, Operation.USAGE, Map.of()));

    private final Peers peers;
    private final Journal journal;
    private final Clock clock;
    private final String node;
    private final long began;

    HouseRoutes(Peers peers, Journal journal, Clock clock, String node) {
        this.peers = peers;
        this.journal = journal;
        this.clock = clock;
        this.node = node;
        this.began = clock.nanoTime();
    }

    List<Route<?>> list() {
        return List.of(
                Route.of(Operation.CONSOLE_HEALTH, ConsoleHealth.class, this::health),
                Route.of(Operation.CONSOLE_ME, WhoAmI.class, this::me),
                Route.of(Operation.CONSOLE_OVERVIEW, Overview.class, this::overview));
    }

    private Reply health(Call<Empty> call) {
        String gateway = "reachable";
        try {
            peers.of(ServiceName.API_GATEWAY)
                    .on(call.context().within(PROBE), Operation.VERSION)
                    .unguarded()
                    .exchange();
        } catch (SoniaException away) {
            gateway = "unreachable";
        }
        boolean store = journal.state().open();
        ConsoleHealth.Backend memory = new ConsoleHealth.Backend("inmemory", true);
        ConsoleHealth.Backend table = new ConsoleHealth.Backend("inmemory", store);
        return Reply.ok(new ConsoleHealth(
                store && gateway.equals("reachable") ? "ok" : "degraded",
                Version.PRODUCT,
                Version.CONTRACT,
                Map.of(node, gateway),
                new ConsoleHealth.Backends(memory, table),
                store,
                store));
    }

    private Reply me(Call<Empty> call) {
        return Reply.ok(peers.of(ServiceName.EVA_OS)
                .on(call.context(), Operation.AUTH_WHOAMI)
                .send(WhoAmI.class));
    }

    private Reply overview(Call<Empty> call) {
        Map<String, FutureTask<Map<String, @Nullable Object>>> asked = new LinkedHashMap<>();
        for (Part part : PARTS) {
            FutureTask<Map<String, @Nullable Object>> task = new FutureTask<>(() -> ask(call.context(), part));
            asked.put(part.name(), task);
            Threads.virtual("overview " + part.name(), task);
        }
        Map<String, Map<String, @Nullable Object>> found = new LinkedHashMap<>();
        List<String> missing = new ArrayList<>();
        asked.forEach((name, task) -> {
            try {
                found.put(name, task.get());
            } catch (ExecutionException away) {
                missing.add(name);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw SoniaException.of(ErrorCode.UNAVAILABLE);
            }
        });
        return Reply.ok(new Overview(
                (clock.nanoTime() - began) / 1e9,
                Runtime.getRuntime().totalMemory(),
                of(found, "sessions", each -> each.get("total") instanceof Long total ? total : null),
                of(found, "approvals", each -> each.get("pending_count") instanceof Long count ? count : null),
                rows(found.get("services"), "services"),
                found.get("slo"),
                found.get("audit"),
                rows(found.get("budgets"), "budgets"),
                of(found, "usage", HouseRoutes::newest),
                missing.isEmpty(),
                missing));
    }

    private Map<String, @Nullable Object> ask(Context context, Part part) {
        Peer.Request request = peers.of(part.service()).on(context.within(LOOK), part.operation());
        part.query().forEach(request::query);
        return request.exchange().data();
    }

    private static <T> @Nullable T of(
            Map<String, Map<String, @Nullable Object>> found,
            String part,
            Function<Map<String, @Nullable Object>, @Nullable T> field) {
        Map<String, @Nullable Object> told = found.get(part);
        return told == null ? null : field.apply(told);
    }

    /** The rows of a list, or the values of a map of them. */
    private static List<Map<String, @Nullable Object>> rows(
            @Nullable Map<String, @Nullable Object> told, String field) {
        Object rows = told == null ? null : told.get(field);
        List<Map<String, @Nullable Object>> out = new ArrayList<>();
        Iterable<?> all =
                rows instanceof Map<?, ?> map ? map.values() : rows instanceof List<?> list ? list : List.of();
        for (Object row : all) {
            if (row instanceof Map<?, ?> fields) {
                Map<String, @Nullable Object> copy = new LinkedHashMap<>();
                fields.forEach((name, value) -> copy.put(String.valueOf(name), value));
                out.add(copy);
            }
        }
        return out;
    }

    /** Usage is told by day; the last one in order is today. */
    private static @Nullable Map<String, @Nullable Object> newest(Map<String, @Nullable Object> usage) {
        return rows(usage, "rows").stream()
                .max((a, b) -> String.valueOf(a.get("key")).compareTo(String.valueOf(b.get("key"))))
                .orElse(null);
    }
}
