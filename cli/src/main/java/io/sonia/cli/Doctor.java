package io.sonia.cli;

import io.sonia.kernel.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Looks at everything a start needs. */
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
        List<Finding> findings = new ArrayList<>();
        findings.addAll(new MachineChecks(place).all());
        findings.addAll(new HomeChecks(place.home()).all());
        findings.addAll(new SettingsCheck(place).all());
        boolean bad = findings.stream().anyMatch(each -> each.grade() == Finding.Grade.BAD);
        if (json) {
            Map<String, @Nullable Object> report = new LinkedHashMap<>();
            report.put("well", !bad);
            report.put("findings", findings);
            place.screen().line(Json.text(report));
        } else {
            findings.forEach(each -> place.screen().line(each.shown(place.screen())));
        }
        return (bad ? ExitCode.NEGATIVE : ExitCode.OK).code();
    }
}
