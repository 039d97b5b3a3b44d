package io.sonia.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Looks at everything a start needs, and at what runs. */
@Command(
        name = "doctor",
        description = "Check machine, home, settings and stack; say what is wrong and how to cure it",
        footer = {"", "Exit code 1 if something is wrong."})
final class Doctor implements Callable<Integer> {

    private final Workplace place;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    Doctor(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        List<Finding> findings = new ArrayList<>(new Preflight(place).all());
        findings.addAll(new MachineChecks(place).running());
        return new Report(findings, false).show(place.screen(), json);
    }
}
