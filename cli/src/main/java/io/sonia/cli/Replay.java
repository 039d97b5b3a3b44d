package io.sonia.cli;

import io.sonia.contracts.gateway.ReplayRequest;
import io.sonia.contracts.gateway.TurnList;
import io.sonia.contracts.gateway.TurnReplayed;
import io.sonia.contracts.gateway.TurnReplayed.Decision;
import io.sonia.contracts.gateway.TurnReplayed.Finding;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.WireNamed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Decides what a request did once more from its recording, and shows what comes out otherwise. */
@Command(
        name = "replay",
        description = "Decide a request again from its recording; nothing is executed, stored or remembered",
        footer = {"", "Exit code 1 if there is no such turn, or if anything comes out otherwise."})
final class Replay implements Callable<Integer> {

    private static final int MOST = 200;

    private final Workplace place;

    @Parameters(paramLabel = "<correlation id>", description = "as chat shows it after each turn, such as req_5f1c...")
    private String correlationId = "";

    @Option(
            names = "--policy",
            paramLabel = "<file or folder>",
            description = "policy files to judge by in place of the recorded ones; they are not put in force")
    private @Nullable Path policy;

    @Option(
            names = "--policy-version",
            paramLabel = "<version>",
            description = "the version to judge by, such as pol_1a2b3c4d5e6f (default: as recorded)")
    private @Nullable String policyVersion;

    @Option(names = "--json", description = "print JSON, a line for each turn")
    private boolean json;

    Replay(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() throws IOException {
        Map<String, String> files = policy == null ? Map.of() : PolicyTexts.read(policy);
        OperatorClient client = OperatorClient.of(place);
        List<TurnList.Entry> turns = client.on(Operation.TURN_LIST)
                .query("correlation_id", correlationId)
                .query("limit", MOST)
                .send(TurnList.class)
                .turns()
                .reversed();
        if (turns.isEmpty()) {
            throw Failure.of(
                    ExitCode.NEGATIVE,
                    "there is nothing to replay",
                    "no turn has the correlation id " + SafeText.line(correlationId),
                    "see ./sonia audit list for the ids on record");
        }
        boolean same = true;
        for (TurnList.Entry turn : turns) {
            TurnReplayed replayed = client.on(Operation.TURN_REPLAY)
                    .path("turn_id", turn.turnId())
                    .body(new ReplayRequest(policyVersion, files))
                    .send(TurnReplayed.class);
            same &= replayed.matches();
            (json ? List.of(Json.text(replayed)) : lines(replayed, place.screen())).forEach(place.screen()::line);
        }
        return (same ? ExitCode.OK : ExitCode.NEGATIVE).code();
    }

    /** What was decided, a step a line; where that differs, both sides. */
    static List<String> lines(TurnReplayed replayed, Screen screen) {
        Set<Integer> differing = new HashSet<>();
        replayed.differences().forEach(each -> differing.add(each.step()));
        List<String> out = new ArrayList<>();
        out.add("%s of %s, replay %d: %s"
                .formatted(
                        SafeText.line(replayed.turnId()),
                        SafeText.line(replayed.originalCorrelationId()),
                        replayed.replayGeneration(),
                        replayed.matches()
                                ? screen.paint(Ink.GREEN, "decided as recorded")
                                : screen.paint(
                                        Ink.RED,
                                        differing.size() + " of "
                                                + Words.count(
                                                        replayed.decisions().size(), "step") + " come out otherwise")));
        for (Decision step : replayed.decisions()) {
            String head = "  %3d %-9s %-14s ".formatted(step.step(), step.kind(), text(step.toolName()));
            if (differing.contains(step.step())) {
                out.add(SafeText.line(head + "recorded  " + told(step.recorded())));
                out.add(screen.paint(
                        Ink.RED, SafeText.line(" ".repeat(head.length()) + "replayed  " + told(step.replayed()))));
            } else {
                out.add(SafeText.line(head + told(step.recorded())));
            }
        }
        out.add("  trace class " + SafeText.line(replayed.traceClass()));
        return out;
    }

    private static String told(@Nullable Finding finding) {
        if (finding == null) {
            return "no such step";
        }
        if (finding.verdict() != null) {
            return "%s by %s (%s): %s"
                    .formatted(
                            WireNamed.of(finding.verdict()),
                            finding.ruleId(),
                            finding.policyVersion(),
                            finding.outcome());
        }
        String input = finding.inputSha256();
        return input == null ? finding.outcome() : finding.outcome() + ", shown " + input.substring(0, 12);
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }
}
