package io.sonia.cli;

import io.sonia.kernel.ServiceName;
import io.sonia.kernel.json.Nearest;
import java.util.List;
import java.util.stream.Stream;

/** Names of services as they are typed. */
final class Services {

    private Services() {}

    /** The service of that name; the refusal names the nearest one, and the other words that would do. */
    static ServiceName named(String name, Stream<String> otherWords) {
        return ServiceName.byWireName(name).orElseThrow(() -> {
            List<String> known = Stream.concat(Stream.of(ServiceName.values()).map(ServiceName::wireName), otherWords)
                    .toList();
            return Failure.of(
                    ExitCode.USAGE,
                    "there is no service \"" + SafeText.line(name) + "\"",
                    "known are " + String.join(", ", known),
                    Nearest.to(name, known)
                            .map(near -> "did you mean " + near + "?")
                            .orElse("choose one of them"));
        });
    }
}
