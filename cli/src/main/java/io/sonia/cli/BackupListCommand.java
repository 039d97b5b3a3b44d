package io.sonia.cli;

import io.sonia.contracts.backup.BackupList;
import io.sonia.contracts.backup.BackupRow;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Timestamps;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists backups. */
@Command(name = "list", description = "List backups, newest first; times are UTC")
final class BackupListCommand implements Callable<Integer> {

    private static final int MOST = 200;

    private final Workplace place;

    @Option(names = "--json", description = "print JSON lines")
    private boolean json;

    BackupListCommand(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        BackupList list = OperatorClient.of(place)
                .on(Operation.BACKUP_LIST)
                .query("limit", MOST)
                .send(BackupList.class);
        if (json) {
            list.backups().forEach(each -> place.screen().line(Json.text(each)));
            return ExitCode.OK.code();
        }
        Table table = new Table("BACKUP", "MADE", "SIZE", "RESTORED FOR TRIAL", "LABEL");
        for (BackupRow each : list.backups()) {
            table.add(
                    each.backupId(),
                    Timestamps.format(each.createdAt()),
                    Words.bytes(each.sizeBytes()),
                    each.drilledAt() == null ? "NO: it counts for nothing" : Timestamps.format(each.drilledAt()),
                    each.label() == null ? "" : SafeText.line(each.label()));
        }
        table.show(place.screen());
        return ExitCode.OK.code();
    }
}
