package io.sonia.cli;

import io.sonia.contracts.Installation;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Version;
import io.sonia.kernel.process.Child;
import io.sonia.kernel.process.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Starts the stack and waits until all of it is ready. Does as little as possible before the services' process is
 * started: the time from here to the prompt is what a user waits.
 */
@Command(name = "up", description = "Set up what is missing, start SONIA and wait until it is ready")
final class Up implements Callable<Integer> {

    static final String ALL_IN_ONE = "--all-in-one";

    /** For processes that a killed EVA-OS has left: they are on their way out by themselves. */
    private static final Duration LEFTOVER_GRACE = Duration.ofSeconds(10);

    /** For the services of a start that one of them has refused. */
    private static final Duration STOP_GRACE = Duration.ofSeconds(30);

    private static final String CURE = "./sonia doctor checks everything a start needs";

    private final Workplace place;

    @Option(names = ALL_IN_ONE, description = "run all services in one process instead of one each")
    private boolean allInOne;

    @Option(
            names = "--throughput",
            description =
                    "compile for load that lasts: a slower start and more memory, a third more requests after minutes")
    private boolean throughput;

    Up(Workplace place) {
        this.place = place;
    }

    Up allInOne() {
        allInOne = true;
        return this;
    }

    @Override
    public Integer call() throws IOException {
        long began = place.clock().nanoTime();
        checkDistribution();
        Processes processes = new Processes(place.clock());
        RecordedProcesses recorded = new RecordedProcesses(place.home(), processes);
        try (StartLock _ = StartLock.take(place.home())) {
            if (recorded.main().isPresent()) {
                place.screen().remark("SONIA is running already (./sonia down stops it)");
                new Status(place).call();
                return ExitCode.OK.code();
            }
            Optional<Failure> refusal = new Preflight(place).refusal();
            if (refusal.isPresent()) {
                throw refusal.get();
            }
            install();
            new Shutdown(place, processes).run(LEFTOVER_GRACE);
            Addresses addresses = Addresses.of(place.home(), place.environment());
            checkPorts(addresses);
            Refusals refusals = new Refusals(place);
            Child child = new Launch(place, allInOne, throughput).start(processes);
            recorded.put(child.record());
            place.screen()
                    .remark("starting SONIA " + Version.PRODUCT
                            + (allInOne ? ", all services in one process" : ", one process for each service"));
            Set<ServiceName> missing = new Readiness(place, addresses, began).await(child, refusals);
            Optional<ServiceName> refused = refusals.among(missing);
            if (refused.isPresent() && !child.exit().isDone()) {
                throw refused(refused.get(), refusals, new Shutdown(place, processes));
            }
            if (!missing.isEmpty()) {
                throw failed(child, missing);
            }
            ready(addresses, place.clock().nanoTime() - began);
        }
        return ExitCode.OK.code();
    }

    private void install() {
        try {
            Installation.ensure(place.home(), new Ids(new SecureRandom()));
        } catch (SoniaException refused) {
            throw ErrorLine.local(refused);
        }
    }

    private void checkDistribution() {
        if (!Files.isReadable(place.dist().resolve("sonia.jar"))) {
            throw Failure.of(
                    ExitCode.INTERNAL,
                    "SONIA cannot be started",
                    place.dist().resolve("sonia.jar") + " is missing",
                    "run ./sonia build");
        }
    }

    private void checkPorts(Addresses addresses) {
        for (ServiceName service : ServiceName.values()) {
            Addresses.Address address = addresses.of(service);
            if (!Probe.free(address)) {
                throw portTaken(service, address);
            }
        }
    }

    private static Failure portTaken(ServiceName service, Addresses.Address address) {
        String owner = PortOwner.of(address.port())
                .map(found -> "process " + found.pid() + " (" + found.command() + ") listens there")
                .orElse("a process of another user listens there, or the host is not of this machine");
        return Failure.of(
                ExitCode.PORT_TAKEN,
                "port " + address.port() + " of " + service + " is taken",
                owner,
                "stop that process, or set SONIA_SERVICES__"
                        + service.wireName().replace('-', '_').toUpperCase(Locale.ROOT) + "__PORT");
    }

    /** A stack without one of its services is no start: the others are stopped, so that the next try finds nothing. */
    private static Failure refused(ServiceName service, Refusals refusals, Shutdown others) throws IOException {
        int code = refusals.exitCode(service);
        List<String> reason = refusals.reason(service);
        others.run(STOP_GRACE);
        return Failure.ofProcess(code, service + " could not start", reason.getFirst(), CURE)
                .with(reason.subList(1, reason.size()));
    }

    private Failure failed(Child child, Set<ServiceName> missing) {
        if (child.exit().isDone()) {
            int code = child.exit().join().code();
            List<String> reason = BootLog.reason(Launch.bootLog(place));
            return Failure.ofProcess(
                            code == 0 ? ExitCode.INTERNAL.code() : code,
                            "SONIA could not start",
                            reason.isEmpty()
                                    ? "the process ended with " + child.exit().join()
                                    : reason.getFirst(),
                            CURE)
                    .with(reason.isEmpty() ? List.of() : reason.subList(1, reason.size()));
        }
        return Failure.of(
                        ExitCode.INTERNAL,
                        "not ready after " + Readiness.LONGEST.toSeconds() + " s: " + missing,
                        "the reason is in the log",
                        "look with ./sonia logs, stop with ./sonia down")
                .with(new LogTail(place).lastErrors(missing));
    }

    private void ready(Addresses addresses, long nanos) {
        Screen screen = place.screen();
        screen.line("SONIA " + Version.PRODUCT + " is up after " + Readiness.seconds(nanos));
        screen.line("  address         " + addresses.of(ServiceName.API_GATEWAY));
        screen.line("  home            " + place.home().root());
        screen.line("  operator token  " + place.home().operatorToken());
        screen.line("next: ./sonia chat, or ./sonia console for the browser");
    }
}
