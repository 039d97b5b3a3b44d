package io.sonia.cli;

import io.sonia.contracts.backup.BackupFolder;
import io.sonia.contracts.backup.BackupVerdict;
import io.sonia.contracts.backup.Restore;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Checks a backup, wherever it lies; nothing has to run. */
@Command(
        name = "verify",
        description = "Check a backup: signature, every file, every page of every store, every audit entry",
        footer = {"", "Exit code 1 if it is not sound."})
final class BackupVerify implements Callable<Integer> {

    private final Workplace place;

    @Parameters(paramLabel = "<backup>", description = "its id, or its folder")
    private String backup = "";

    @Option(
            names = "--key",
            paramLabel = "<file>",
            description = "public keys of the installation it is from (default: this home's)")
    private @Nullable Path key;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    BackupVerify(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        BackupFolder folder = BackupPlaces.find(place, backup);
        try {
            BackupVerdict verdict = folder.verify(BackupPlaces.keys(place, folder, key));
            if (json) {
                place.screen().line(Json.text(verdict));
            } else {
                place.screen()
                        .line(
                                verdict.valid()
                                        ? "sound: " + verdict.checks().size() + " files, "
                                                + verdict.stores().size() + " stores"
                                        : "NOT SOUND: " + Restore.why(verdict));
            }
            return (verdict.valid() ? ExitCode.OK : ExitCode.NEGATIVE).code();
        } catch (SoniaException e) {
            place.screen().line("NOT SOUND: " + SafeText.line(e.text()));
            return ExitCode.NEGATIVE.code();
        }
    }
}
