package io.sonia.cli;

import io.sonia.contracts.evaos.Circumstances;
import io.sonia.contracts.evaos.EvaluateAnswer;
import io.sonia.contracts.evaos.EvaluateRequest;
import io.sonia.contracts.evaos.Verdict;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.identity.Role;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import io.sonia.kernel.json.Text;
import io.sonia.kernel.json.WireNamed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Judges the calls of a file and tells which verdicts are not the expected ones. */
@Command(
        name = "test",
        description = "Judge the calls of a file, one JSON object a line, and compare with what each expects",
        footer = {
            "",
            "A case: {\"tool\": \"file.write\", \"args\": {\"path\": \"a\"}, \"expect\": \"confirm\"}; it may also have",
            "rule (the rule id), role, circumstances {session_id, tainted, at, counted} and name.",
            "Exit code 1 if a case comes out otherwise, 2 if the file holds none or one that is no case."
        })
final class PolicyTry implements Callable<Integer> {

    private static final int MAX_BYTES = 4 * 1024 * 1024;
    private static final int MAX_CASES = 10_000;

    /** One call and what policy has to say of it. */
    record Case(
            @Nullable String name,
            @Text(min = 1, max = 64) String tool,
            @Default("{}") Map<String, @Nullable Object> args,
            @Default("\"operator\"") Role role,
            @Default("{}") Circumstances circumstances,
            Verdict expect,
            @Nullable String rule) {}

    private final Workplace place;

    @Parameters(paramLabel = "<cases>", description = "the file")
    private Path file = Path.of("");

    @Option(
            names = "--policy",
            paramLabel = "<file or folder>",
            description = "policy files to judge by in place of those in force; they are not put in force")
    private List<Path> policy = List.of();

    @Option(names = "--json", description = "print JSON, a line for each case")
    private boolean json;

    PolicyTry(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() throws IOException {
        List<Case> cases = cases(file);
        Map<String, String> files = policy.isEmpty() ? Map.of() : PolicyTexts.read(policy);
        OperatorClient client = OperatorClient.of(place);
        int failed = 0;
        for (int i = 0; i < cases.size(); i++) {
            Case each = cases.get(i);
            EvaluateAnswer answer = client.on(Operation.POLICY_EVALUATE)
                    .body(new EvaluateRequest(each.tool(), each.args(), each.role(), null, files, each.circumstances()))
                    .send(EvaluateAnswer.class);
            boolean passed = answer.verdict() == each.expect()
                    && (each.rule() == null || each.rule().equals(answer.ruleId()));
            failed += passed ? 0 : 1;
            show(i + 1, each, answer, passed);
        }
        place.screen().remark((cases.size() - failed) + " passed, " + failed + " failed");
        return (failed == 0 ? ExitCode.OK : ExitCode.NEGATIVE).code();
    }

    private void show(int number, Case asked, EvaluateAnswer answer, boolean passed) {
        String name = asked.name() == null ? asked.tool() : asked.name();
        if (json) {
            Map<String, @Nullable Object> row = new LinkedHashMap<>();
            row.put("case", number);
            row.put("name", name);
            row.put("passed", passed);
            row.put("verdict", WireNamed.of(answer.verdict()));
            row.put("rule_id", answer.ruleId());
            row.put("expected", WireNamed.of(asked.expect()));
            place.screen().line(Json.text(row));
        } else if (!passed) {
            place.screen()
                    .line("case %d, %s: expected %s%s, met %s by %s"
                            .formatted(
                                    number,
                                    SafeText.line(name),
                                    WireNamed.of(asked.expect()),
                                    asked.rule() == null ? "" : " by " + SafeText.line(asked.rule()),
                                    WireNamed.of(answer.verdict()),
                                    SafeText.line(answer.ruleId())));
        }
    }

    static List<Case> cases(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw refused(file, "it is larger than " + MAX_BYTES + " bytes");
        }
        List<Case> cases = new ArrayList<>();
        int number = 0;
        for (String line : Files.readAllLines(file)) {
            number++;
            if (line.isBlank()) {
                continue;
            }
            try {
                cases.add(Shape.of(Case.class).read(Json.parseObject(line)));
            } catch (SoniaException wrong) {
                throw refused(
                        file,
                        "line " + number + " is no case: "
                                + Json.text(wrong.details().get("violations")));
            }
        }
        if (cases.isEmpty() || cases.size() > MAX_CASES) {
            throw refused(file, "it holds " + cases.size() + " cases, not 1 to " + MAX_CASES);
        }
        return cases;
    }

    private static Failure refused(Path file, String cause) {
        return Failure.of(ExitCode.USAGE, file + " is refused", SafeText.line(cause), "see ./sonia policy test --help");
    }
}
