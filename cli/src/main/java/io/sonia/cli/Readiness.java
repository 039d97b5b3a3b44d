package io.sonia.cli;

import io.sonia.kernel.ServiceName;
import io.sonia.kernel.process.Child;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Waits until every service can work, and shows which ones do. */
final class Readiness {

    static final Duration LONGEST = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final Workplace place;
    private final Addresses addresses;
    private final long began;
    private final Set<ServiceName> waiting = EnumSet.allOf(ServiceName.class);

    Readiness(Workplace place, Addresses addresses, long beganNanos) {
        this.place = place;
        this.addresses = addresses;
        this.began = beganNanos;
    }

    /**
     * Returns the services that are not ready: none after a success, some if the process ended, if one of them refused
     * to start, or if time is over.
     */
    Set<ServiceName> await(Child process, Refusals refusals) {
        while (!waiting.isEmpty()
                && !process.exit().isDone()
                && refusals.among(waiting).isEmpty()
                && since() < LONGEST.toNanos()) {
            for (ServiceName service : EnumSet.copyOf(waiting)) {
                if (Probe.ready(addresses.of(service)) == Probe.Found.READY) {
                    waiting.remove(service);
                    clear();
                    place.screen()
                            .remark("  %-15s ready after %s   %s"
                                    .formatted(service, seconds(since()), addresses.of(service)));
                }
            }
            pause();
        }
        clear();
        return waiting;
    }

    static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.2f s", nanos / 1e9);
    }

    private long since() {
        return place.clock().nanoTime() - began;
    }

    private void pause() {
        if (waiting.isEmpty()) {
            return;
        }
        if (place.screen().terminal()) {
            String names = waiting.stream().map(ServiceName::wireName).collect(Collectors.joining(", "));
            place.screen().piece("\r\u001b[K  " + seconds(since()) + "  waiting for " + names);
        }
        try {
            place.clock().sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.of(ExitCode.NEGATIVE, "the wait was interrupted", "a signal", "look with ./sonia status");
        }
    }

    private void clear() {
        if (place.screen().terminal()) {
            place.screen().piece("\r\u001b[K");
        }
    }
}
