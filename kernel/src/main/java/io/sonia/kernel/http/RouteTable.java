package io.sonia.kernel.http;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Finds the route of a request. Static paths win over templates. */
final class RouteTable {

    /** What a request hit: an HTTP route or a WebSocket, with the values of its path variables. */
    record Match(
            Operation operation,
            @Nullable Route<?> route,
            @Nullable SocketRoute socket,
            Map<String, String> path) {}

    private record Entry(
            PathTemplate template,
            Operation operation,
            @Nullable Route<?> route,
            @Nullable SocketRoute socket) {

        @Nullable
        Match match(String[] path) {
            Map<String, String> values = template.match(path);
            return values == null ? null : new Match(operation, route, socket, values);
        }
    }

    private final Map<String, List<Entry>> statics = new HashMap<>();
    private final List<Entry> templates = new ArrayList<>();

    RouteTable(List<Route<?>> routes, List<SocketRoute> sockets) {
        routes.forEach(each -> add(each.operation(), each, null));
        sockets.forEach(each -> add(each.operation(), null, each));
    }

    private void add(Operation operation, @Nullable Route<?> route, @Nullable SocketRoute socket) {
        Entry entry = new Entry(PathTemplate.of(operation.path()), operation, route, socket);
        if (operation.path().contains("{")) {
            templates.add(entry);
        } else {
            statics.computeIfAbsent(operation.path(), path -> new ArrayList<>()).add(entry);
        }
    }

    /**
     * Finds the route for a method and an encoded path; a leading {@code /v3/} is the same as {@code /v1/}.
     *
     * @throws SoniaException NOT_FOUND, or METHOD_NOT_ALLOWED with {@code details.allowed[]}
     */
    Match find(String method, String encodedPath, boolean handshake) {
        String path = encodedPath.startsWith("/v3/") ? "/v1/" + encodedPath.substring(4) : encodedPath;
        String wanted = handshake && method.equals("GET") ? "WS" : method;
        Set<String> allowed = new TreeSet<>();
        Match found = among(statics.getOrDefault(path, List.of()), path, wanted, allowed);
        if (found == null && clean(path)) {
            found = among(templates, path, wanted, allowed);
        }
        if (found != null) {
            return found;
        }
        if (allowed.isEmpty()) {
            throw SoniaException.of(ErrorCode.NOT_FOUND);
        }
        throw SoniaException.of(ErrorCode.METHOD_NOT_ALLOWED).with("allowed", List.copyOf(allowed));
    }

    private static @Nullable Match among(List<Entry> entries, String path, String method, Set<String> allowed) {
        if (entries.isEmpty()) {
            return null;
        }
        String[] segments = path.substring(1).split("/", -1);
        for (Entry entry : entries) {
            Match match = entry.match(segments);
            if (match != null && entry.operation().method().equals(method)) {
                return match;
            }
            if (match != null) {
                allowed.add(
                        entry.operation().method().equals("WS")
                                ? "GET"
                                : entry.operation().method());
            }
        }
        return null;
    }

    private static boolean clean(String path) {
        return path.startsWith("/") && !path.contains("//") && !path.contains("..") && !path.endsWith("/");
    }
}
