package io.sonia.gateway;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.Listing;
import io.sonia.contracts.backup.BackupAnswer;
import io.sonia.contracts.backup.BackupCreate;
import io.sonia.contracts.backup.BackupFilter;
import io.sonia.contracts.backup.BackupList;
import io.sonia.contracts.backup.BackupRow;
import io.sonia.contracts.backup.BackupVerdict;
import io.sonia.contracts.backup.DeadLettersRestored;
import io.sonia.contracts.backup.DrillReport;
import io.sonia.contracts.backup.RestoreDeadLetters;
import io.sonia.journal.Answers;
import io.sonia.journal.Journal;
import io.sonia.kernel.Ids;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import java.util.List;

/** Backups over HTTP. Putting a whole one back is no route: it is done while nothing runs. */
final class BackupRoutes {

    private final Backups backups;
    private final LetterRestore letters;
    private final Journal journal;
    private final Cursors cursors;

    BackupRoutes(Backups backups, LetterRestore letters, Journal journal, Cursors cursors) {
        this.backups = backups;
        this.letters = letters;
        this.journal = journal;
        this.cursors = cursors;
    }

    List<Route<?>> list() {
        return List.of(
                Route.of(Operation.BACKUP_CREATE, BackupCreate.class, BackupAnswer.class, this::create),
                Route.of(Operation.BACKUP_LIST, BackupFilter.class, BackupList.class, this::page),
                Route.of(Operation.BACKUP_GET, BackupAnswer.class, this::get),
                Route.of(Operation.BACKUP_VERIFY, BackupVerdict.class, this::verify),
                Route.of(Operation.BACKUP_DRILL, DrillReport.class, this::drill),
                Route.of(
                        Operation.BACKUP_RESTORE_DEAD_LETTERS,
                        RestoreDeadLetters.class,
                        DeadLettersRestored.class,
                        this::restoreLetters));
    }

    private Reply create(Call<BackupCreate> call) {
        return backups.make(
                call.input(),
                call.context(),
                call.audit(),
                (tx, manifest) -> Answers.keep(
                        tx, call, Reply.ok(new BackupAnswer(manifest)).location("/v1/backups/" + manifest.backupId())));
    }

    private Reply page(Call<BackupFilter> call) {
        Listing.Page<BackupRow> page = new Listing("backups", "backup_id")
                .page(journal, cursors, call.input().cursor(), call.input().limit(), BackupRecords::read);
        return Reply.ok(new BackupList(page.rows(), page.rows().size(), page.total(), page.nextCursor()));
    }

    private Reply get(Call<Empty> call) {
        return Reply.ok(new BackupAnswer(backups.manifest(id(call))));
    }

    private Reply verify(Call<Empty> call) {
        return Reply.ok(backups.verify(id(call)));
    }

    private Reply drill(Call<Empty> call) {
        DrillReport report = backups.drill(id(call));
        return journal.commit(tx -> Answers.keep(tx, call, Reply.ok(backups.recordTrial(tx, report, call.context()))));
    }

    private Reply restoreLetters(Call<RestoreDeadLetters> call) {
        String id = id(call);
        return letters.from(backups.sound(id), id, call);
    }

    private static String id(Call<?> call) {
        return Ids.checked(call.path("backup_id"));
    }
}
