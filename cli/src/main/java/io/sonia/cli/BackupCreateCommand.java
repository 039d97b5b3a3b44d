package io.sonia.cli;

import io.sonia.contracts.backup.BackupAnswer;
import io.sonia.contracts.backup.BackupCreate;
import io.sonia.contracts.backup.BackupManifest;
import io.sonia.contracts.backup.BackupSeal;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes a backup of the running stack. */
@Command(
        name = "create",
        description = "Back up all services while they run, and restore the backup for trial",
        footer = {
            "",
            "It lies in backups/ below the home: copy it to another disk. Files of the workspace are not in it. Without a",
            "passphrase the keys are left out, and it can be put back only where the secrets folder still is."
        })
final class BackupCreateCommand implements Callable<Integer> {

    private final Workplace place;

    @Option(names = "--label", paramLabel = "<text>", description = "a few words for the list")
    private @Nullable String label;

    @Option(names = "--with-keys", description = "seal the keys into it; asks for a passphrase")
    private boolean withKeys;

    @Option(names = "--passphrase-file", paramLabel = "<file>", description = "holds the passphrase for --with-keys")
    private @Nullable Path passphraseFile;

    @Option(names = "--json", description = "print the manifest as JSON")
    private boolean json;

    BackupCreateCommand(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        String passphrase = withKeys || passphraseFile != null ? Passphrase.read(passphraseFile, true) : null;
        OperatorClient client = OperatorClient.of(place);
        place.screen()
                .remark("all services hold still for a moment and copy their stores; then it is restored for trial");
        BackupManifest made = client.onPatiently(Operation.BACKUP_CREATE)
                .idempotencyKey(client.ids().next("cli_"))
                .body(new BackupCreate(label, passphrase == null ? null : BackupSeal.of(passphrase, client.ids())))
                .send(BackupAnswer.class)
                .backup();
        if (json) {
            place.screen().line(Json.text(made));
        } else {
            place.screen().line(made.backupId() + "  " + Words.bytes(made.bytes()) + "  sound");
            made.omitted().forEach(each -> place.screen().line("  without " + each.artifact() + ": " + each.reason()));
        }
        return ExitCode.OK.code();
    }
}
