package io.sonia.kernel.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A program to run. No shell looks at it, and nothing is inherited from this process.
 *
 * @param argv the program's absolute path and its arguments
 * @param environment all variables the program sees
 * @param output the file that standard output and error are appended to, or null for pipes the caller reads
 */
public record Command(
        List<String> argv,
        Map<String, String> environment,
        Path folder,
        @Nullable Path output) {

    public Command {
        argv = List.copyOf(argv);
        environment = Map.copyOf(environment);
        if (argv.isEmpty() || !Path.of(argv.getFirst()).isAbsolute()) {
            throw new IllegalArgumentException("expected an absolute program path, met " + argv);
        }
    }

    Path program() {
        return Path.of(argv.getFirst());
    }
}
