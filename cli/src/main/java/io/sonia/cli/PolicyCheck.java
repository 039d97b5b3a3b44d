package io.sonia.cli;

import io.sonia.contracts.policy.PolicySet;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Reads policy files as EVA-OS would; nothing has to run. */
@Command(
        name = "check",
        description = "Check policy files together with the others of this home, and tell everything wrong at once",
        footer = {"", "Exit code 1 if they would be refused."})
final class PolicyCheck implements Callable<Integer> {

    private final Workplace place;

    @Parameters(
            arity = "0..*",
            paramLabel = "<file or folder>",
            description = "files that stand in for those of this home (default: those of this home)")
    private List<Path> files = List.of();

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    PolicyCheck(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() throws IOException {
        Map<String, @Nullable Object> report = new LinkedHashMap<>();
        List<String> problems = List.of();
        try {
            PolicySet set = PolicyTexts.over(place, files);
            report.put("valid", true);
            report.put("policy_version", set.version());
            report.put("rules", set.risk().rules().size());
        } catch (SoniaException refused) {
            problems = PolicyTexts.problems(refused);
            report.put("valid", false);
        }
        report.put("problems", problems);
        if (json) {
            place.screen().line(Json.text(report));
        } else if (problems.isEmpty()) {
            place.screen()
                    .line("sound: " + report.get("policy_version") + ", "
                            + Words.count(Long.parseLong(String.valueOf(report.get("rules"))), "rule"));
        } else {
            problems.forEach(each -> place.screen().line(SafeText.line(each)));
        }
        return (problems.isEmpty() ? ExitCode.OK : ExitCode.NEGATIVE).code();
    }
}
