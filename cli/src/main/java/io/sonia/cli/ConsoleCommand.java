package io.sonia.cli;

import io.sonia.contracts.console.SignInLink;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.process.Command;
import io.sonia.kernel.process.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** Signs a browser in: prints a link that is good once and for two minutes, and opens it where there is a desktop. */
@picocli.CommandLine.Command(name = "console", description = "Open the console in a browser, by a link that works once")
final class ConsoleCommand implements Callable<Integer> {

    private static final String OPENER = "xdg-open";

    private final Workplace place;

    @Option(names = "--no-open", description = "only print the link")
    private boolean noOpen;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    ConsoleCommand(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        SignInLink link = OperatorClient.of(place).on(Operation.SIGN_IN_LINK).send(SignInLink.class);
        if (json) {
            place.screen().line(Json.text(link));
            return ExitCode.OK.code();
        }
        place.screen().line(link.url());
        boolean opened = !noOpen && place.screen().terminal() && opened(link.url());
        place.screen()
                .remark(
                        opened
                                ? "opened in your browser; the link works once, for two minutes"
                                : "open it in a browser on this machine; it works once, for two minutes");
        return ExitCode.OK.code();
    }

    private boolean opened(String url) {
        boolean desktop = Stream.of("DISPLAY", "WAYLAND_DISPLAY").anyMatch(place.environment()::containsKey);
        Optional<Path> opener = Stream.of(
                        place.environment().getOrDefault("PATH", "").split(":", -1))
                .map(folder -> Path.of(folder, OPENER))
                .filter(file -> file.isAbsolute() && Files.isExecutable(file))
                .findFirst();
        if (!desktop || opener.isEmpty()) {
            return false;
        }
        try {
            new Processes(place.clock())
                    .spawn(new Command(
                            List.of(opener.get().toString(), url),
                            place.environment(),
                            place.home().root(),
                            Path.of("/dev/null")));
            return true;
        } catch (IOException notStarted) {
            return false;
        }
    }
}
