package io.sonia.cli;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A passphrase from a file that only its owner reads, or from the terminal, without showing it. */
final class Passphrase {

    private static final int SHORTEST = 12;
    private static final long MAX_BYTES = 4096;

    private Passphrase() {}

    /**
     * Reads it.
     *
     * @param file null asks at the terminal
     */
    static String read(@Nullable Path file, boolean twice) {
        String passphrase = file == null ? asked("Passphrase: ") : ofFile(file);
        if (passphrase.length() < SHORTEST) {
            throw Failure.of(
                    ExitCode.USAGE,
                    "this passphrase is refused",
                    "it is shorter than " + SHORTEST,
                    "choose a longer one");
        }
        if (file == null && twice && !asked("Once more: ").equals(passphrase)) {
            throw Failure.of(ExitCode.USAGE, "the passphrases differ", "", "try again");
        }
        return passphrase;
    }

    private static String ofFile(Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw Failure.of(ExitCode.USAGE, file + " is no passphrase", "it is too long", "name another file");
            }
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw Failure.of(ExitCode.USAGE, file + " cannot be read", Reason.of(e), "name another file");
        }
    }

    private static String asked(String prompt) {
        Console console = Objects.requireNonNull(System.console());
        char[] read = console.isTerminal() ? console.readPassword(prompt) : null;
        if (read == null) {
            throw Failure.of(
                    ExitCode.USAGE,
                    "there is nobody to ask for the passphrase",
                    "this is no terminal",
                    "give --passphrase-file=<file>");
        }
        return new String(read);
    }
}
