package io.sonia.cli;

import io.sonia.kernel.process.Processes;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Stops the stack of this home and leaves no process behind. */
@Command(name = "down", description = "Stop SONIA; no process is left behind")
final class Down implements Callable<Integer> {

    private final Workplace place;

    @Option(
            names = "--grace",
            paramLabel = "<seconds>",
            defaultValue = "30",
            description = "time to end in good order before being killed (default: ${DEFAULT-VALUE})")
    private int graceSeconds;

    Down(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() throws IOException {
        long began = place.clock().nanoTime();
        boolean ran = new Shutdown(place, new Processes(place.clock())).run(Duration.ofSeconds(graceSeconds));
        place.screen()
                .remark(
                        ran
                                ? "SONIA is down after "
                                        + Readiness.seconds(place.clock().nanoTime() - began)
                                : "SONIA is not running");
        return ExitCode.OK.code();
    }
}
