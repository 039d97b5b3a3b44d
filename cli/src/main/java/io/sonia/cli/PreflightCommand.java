package io.sonia.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Looks at everything a start needs. */
@Command(
        name = "preflight",
        description = "Check everything a start needs: what is wrong keeps SONIA from starting",
        footer = {"", "Exit code 1 if something is wrong, with --strict also if something is unusual."})
final class PreflightCommand implements Callable<Integer> {

    private final Workplace place;

    @Option(names = "--strict", description = "what is unusual counts as wrong")
    private boolean strict;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    PreflightCommand(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        Report report = new Report(new Preflight(place).all(), strict);
        return report.show(place.screen(), json);
    }
}
