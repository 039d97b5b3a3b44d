package io.sonia.cli;

import io.sonia.contracts.policy.PolicyDiff;
import io.sonia.contracts.policy.PolicySet;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells what other policy files would widen and narrow; nothing has to run. */
@Command(
        name = "diff",
        description = "Tell what new policy files widen and narrow beside those of this home",
        footer = {"", "Exit code 1 if they widen anything, 78 if they would be refused."})
final class PolicyCompare implements Callable<Integer> {

    private final Workplace place;

    @Parameters(arity = "1..*", paramLabel = "<file or folder>", description = "the new files")
    private List<Path> files = List.of();

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    PolicyCompare(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() throws IOException {
        PolicyDiff diff;
        try {
            PolicySet before = PolicySet.load(place.home().policies());
            diff = PolicyDiff.of(before, PolicyTexts.over(place, files));
        } catch (SoniaException refused) {
            throw ErrorLine.local(refused);
        }
        if (json) {
            place.screen().line(Json.text(diff));
        } else {
            show(diff, place.screen());
        }
        return (diff.widens().isEmpty() ? ExitCode.OK : ExitCode.NEGATIVE).code();
    }

    static void show(PolicyDiff diff, Screen screen) {
        diff.widens().forEach(each -> screen.line(screen.paint(Ink.RED, "widens   ") + SafeText.line(each)));
        diff.narrows().forEach(each -> screen.line(screen.paint(Ink.GREEN, "narrows  ") + SafeText.line(each)));
        if (diff.widens().isEmpty() && diff.narrows().isEmpty()) {
            screen.line("nothing is widened or narrowed");
        }
    }
}
