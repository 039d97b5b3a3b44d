package io.sonia.kernel.http;

import io.sonia.kernel.ServiceName;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The operation of a service that an address is of, with the values of its path's variables. */
public record Target(Operation operation, Map<String, String> path) {

    private record Known(Operation operation, PathTemplate template) {}

    /** Static paths come first, as with {@link RouteTable}. */
    private static final List<Known> KNOWN = Arrays.stream(Operation.values())
            .sorted(Comparator.comparing(each -> each.path().contains("{")))
            .map(each -> new Known(each, PathTemplate.of(each.path())))
            .toList();

    /**
     * Finds it; empty if that service has none there.
     *
     * @param path without a slash in front, percent-encoded
     */
    public static Optional<Target> of(ServiceName service, String method, String path) {
        String[] segments = path.split("/", -1);
        for (Known each : KNOWN) {
            Operation operation = each.operation();
            boolean there = operation.service() == null || operation.service() == service;
            if (there && operation.method().equals(method)) {
                Map<String, String> values = each.template().match(segments);
                if (values != null) {
                    return Optional.of(new Target(operation, values));
                }
            }
        }
        return Optional.empty();
    }
}
