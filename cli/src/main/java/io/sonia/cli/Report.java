package io.sonia.cli;

import io.sonia.kernel.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was found.
 *
 * @param strict true if what is unusual counts as wrong
 */
record Report(List<Finding> findings, boolean strict) {

    /** Prints it, as JSON if asked to, and returns the exit code. */
    int show(Screen screen, boolean json) {
        if (json) {
            Map<String, @Nullable Object> report = new LinkedHashMap<>();
            report.put("well", well());
            report.put("findings", findings);
            screen.line(Json.text(report));
        } else {
            findings.forEach(each -> screen.line(each.shown(screen)));
        }
        return (well() ? ExitCode.OK : ExitCode.NEGATIVE).code();
    }

    private boolean well() {
        return findings.stream()
                .allMatch(
                        each -> each.grade() == Finding.Grade.GOOD || (!strict && each.grade() == Finding.Grade.NOTE));
    }
}
