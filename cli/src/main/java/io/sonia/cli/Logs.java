package io.sonia.cli;

import io.sonia.kernel.ServiceName;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows the services' logs. */
@Command(
        name = "logs",
        description = "Show what the services log; times are UTC",
        footer = {"", "The logs are JSON lines in logs/services below the home; boot is what a start said besides."})
final class Logs implements Callable<Integer> {

    private static final String BOOT = "boot";
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final Workplace place;

    @Option(
            names = {"-f", "--follow"},
            description = "go on with what is logged from now on, until interrupted")
    private boolean follow;

    @Option(
            names = {"-n", "--lines"},
            paramLabel = "<count>",
            defaultValue = "50",
            description = "how many of the last lines (default: ${DEFAULT-VALUE})")
    private int count;

    @Option(names = "--json", description = "the lines as they are in the files")
    private boolean json;

    @Parameters(arity = "0..1", paramLabel = "<service>", description = "one service, or boot (default: all services)")
    private @Nullable String service;

    Logs(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (count < 0) {
            throw Failure.of(ExitCode.USAGE, "--lines " + count + " is no count", "it is below 0", "give 0 or more");
        }
        List<LogFollower> followers = new ArrayList<>();
        for (Path file : follow ? files() : List.<Path>of()) {
            followers.add(new LogFollower(file));
        }
        last().forEach(this::show);
        while (follow) {
            for (LogFollower each : followers) {
                each.poll().forEach(line -> show(new LogLine(line)));
            }
            place.clock().sleep(PAUSE);
        }
        return ExitCode.OK.code();
    }

    private List<LogLine> last() throws IOException {
        return BOOT.equals(service)
                ? LogTail.last(Launch.bootLog(place), count).stream()
                        .map(LogLine::new)
                        .toList()
                : new LogTail(place).merged(services(), count);
    }

    private void show(LogLine line) {
        place.screen().line(json ? line.raw() : line.shown(place.screen()));
    }

    private List<Path> files() {
        return BOOT.equals(service)
                ? List.of(Launch.bootLog(place))
                : services().stream().map(place.home()::log).toList();
    }

    private List<ServiceName> services() {
        return service == null ? List.of(ServiceName.values()) : List.of(Services.named(service, Stream.of(BOOT)));
    }
}
