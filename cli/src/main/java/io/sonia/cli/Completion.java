package io.sonia.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the completion script. */
@Command(
        name = "completion",
        description = "Print the completion script for bash and zsh",
        footer = {"", "Use it with: source <(./sonia completion)"})
final class Completion implements Callable<Integer> {

    private final Workplace place;

    @Spec
    private @Nullable CommandSpec spec;

    Completion(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        if (spec == null || spec.parent() == null) {
            throw new IllegalStateException("completion is a command below another one");
        }
        place.screen().piece(AutoComplete.bash("sonia", spec.parent().commandLine()));
        return ExitCode.OK.code();
    }
}
