package io.sonia.cli;

import io.sonia.kernel.process.Child;
import io.sonia.kernel.process.Command;
import io.sonia.kernel.process.Processes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Whether the services would accept the configuration; only they know all of its keys, so they are asked. */
final class SettingsCheck {

    private final Workplace place;

    SettingsCheck(Workplace place) {
        this.place = place;
    }

    List<Finding> all() {
        if (!Files.isReadable(place.dist().resolve("sonia.jar"))) {
            return List.of();
        }
        Map<String, String> environment = new HashMap<>(place.environment());
        environment.put("SONIA_HOME", place.home().root().toString());
        try {
            Child child = new Processes(place.clock())
                    .spawn(new Command(new Launch(place, false, false).argv("check"), environment, place.dist(), null));
            List<String> said = new String(child.errors().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            int code = child.exit().join().code();
            return code == ExitCode.OK.code()
                    ? List.of(Finding.good("settings", place.home().configFile().toString()))
                    : problems(BootLog.reason(said));
        } catch (IOException e) {
            return List.of(Finding.note("settings", "not checked: " + Reason.of(e), "run ./sonia build"));
        }
    }

    private List<Finding> problems(List<String> reason) {
        String cure = "correct " + place.home().configFile() + " or the environment";
        return reason.stream()
                .skip(reason.size() > 1 ? 1 : 0)
                .map(line -> Finding.bad("settings", line.strip(), cure))
                .toList();
    }
}
