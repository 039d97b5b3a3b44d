package io.sonia.cli;

import io.sonia.contracts.evaos.ServiceList;
import io.sonia.contracts.evaos.ServiceRecord;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Operation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The services that refused to start, one process each: a service says why in a file of its own and ends, and EVA-OS,
 * which has started it and stays, knows with which exit code.
 */
final class Refusals {

    private static final Duration TOLD_WITHIN = Duration.ofSeconds(3);
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final Pattern EXIT = Pattern.compile("exit (\\d{1,3})$");

    private final Workplace place;
    private final Map<ServiceName, Long> former = new EnumMap<>(ServiceName.class);

    /** Counts what is said from now on. */
    Refusals(Workplace place) {
        this.place = place;
        for (ServiceName service : ServiceName.values()) {
            former.put(service, size(file(service)));
        }
    }

    /** One of these services that has refused, if any has. */
    Optional<ServiceName> among(Set<ServiceName> services) {
        return services.stream().filter(each -> !reason(each).isEmpty()).findFirst();
    }

    /** Why, in lines; empty for a service that has not refused. */
    List<String> reason(ServiceName service) {
        long from = former.getOrDefault(service, 0L);
        return size(file(service)) > from ? BootLog.refusal(file(service), from) : List.of();
    }

    /** What its process ended with; the code of an internal error if EVA-OS does not say in time. */
    int exitCode(ServiceName service) {
        long began = place.clock().nanoTime();
        OptionalInt code = told(service);
        while (code.isEmpty() && place.clock().nanoTime() - began < TOLD_WITHIN.toNanos()) {
            pause();
            code = told(service);
        }
        return code.orElse(ExitCode.INTERNAL.code());
    }

    private OptionalInt told(ServiceName service) {
        try {
            ServiceList all =
                    OperatorClient.of(place).on(Operation.SUPERVISION_SERVICES).send(ServiceList.class);
            return all.services().stream()
                    .filter(each -> each.name().equals(service.wireName()))
                    .map(ServiceRecord::error)
                    .map(error -> EXIT.matcher(error == null ? "" : error))
                    .filter(Matcher::find)
                    .mapToInt(found -> Integer.parseInt(found.group(1)))
                    .findFirst();
        } catch (SoniaException | Failure notYet) {
            return OptionalInt.empty();
        }
    }

    private void pause() {
        try {
            place.clock().sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.of(ExitCode.NEGATIVE, "the wait was interrupted", "a signal", "look with ./sonia status");
        }
    }

    private Path file(ServiceName service) {
        return place.home().log(service).resolveSibling(service.wireName() + ".out");
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException absent) {
            return 0;
        }
    }
}
