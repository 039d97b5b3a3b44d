package io.sonia.cli;

import io.sonia.contracts.backup.BackupFolder;
import io.sonia.contracts.backup.BackupManifest;
import io.sonia.contracts.backup.Restore;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.process.Processes;
import io.sonia.kernel.settings.HeadPlaces;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Puts a backup back while nothing runs. */
@Command(
        name = "restore",
        description = "Put a backup back into this home, which must be stopped",
        footer = {
            "",
            "It is checked first. What is there is moved to replaced/ below the home. Into an empty home",
            "(SONIA_HOME=<folder>) it needs the passphrase of its keys. Afterwards: ./sonia up"
        })
final class BackupRestore implements Callable<Integer> {

    private final Workplace place;

    @Parameters(paramLabel = "<backup>", description = "its id, or its folder")
    private String backup = "";

    @Option(names = "--passphrase-file", paramLabel = "<file>", description = "holds the passphrase of its keys")
    private @Nullable Path passphraseFile;

    @Option(names = "--key", paramLabel = "<file>", description = "public keys to trust (default: this home's)")
    private @Nullable Path key;

    @Option(
            names = "--accept-loss",
            paramLabel = "<why>",
            description = "put it back though later work was signed; goes on record, up to 500 characters")
    private @Nullable String accepted;

    BackupRestore(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        if (accepted != null && (accepted.isBlank() || accepted.length() > 500)) {
            throw Failure.of(ExitCode.USAGE, "a reason has 1 to 500 characters", "", "say why the loss is accepted");
        }
        BackupFolder folder = BackupPlaces.find(place, backup);
        try (StartLock _ = StartLock.take(place.home())) {
            if (!new RecordedProcesses(place.home(), new Processes(place.clock()))
                    .alive()
                    .isEmpty()) {
                throw Failure.of(
                        ExitCode.NEGATIVE, "nothing was put back", "SONIA is running", "run ./sonia down first");
            }
            boolean keysHere = Files.exists(place.home().rootKey());
            String passphrase = keysHere ? null : Passphrase.read(passphraseFile, false);
            ConfigGlance audit = ConfigGlance.at(place, "audit");
            Restore.Terms terms = new Restore.Terms(
                    BackupPlaces.keys(place, folder, key),
                    passphrase,
                    accepted,
                    HeadPlaces.of(place.home(), audit.text("heads_directory"), audit.text("heads_git")));
            BackupManifest manifest =
                    new Restore(place.home(), place.clock(), place.screen()::remark).from(folder, terms);
            place.screen()
                    .line("put back: " + manifest.backupId() + ", made " + manifest.createdAt() + "; next: ./sonia up");
            return ExitCode.OK.code();
        } catch (SoniaException e) {
            throw ErrorLine.local(e);
        }
    }
}
