package io.sonia.cli;

import io.sonia.contracts.backup.DrillReport;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Restores a backup for trial. */
@Command(
        name = "drill",
        description = "Restore a backup into a scratch folder, read all of it and remove it again",
        footer = {"", "Prints how long each phase took. Exit code 1 if it does not restore."})
final class BackupDrill implements Callable<Integer> {

    private final Workplace place;

    @Parameters(paramLabel = "<backup>", description = "its id")
    private String backup = "";

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    BackupDrill(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        OperatorClient client = OperatorClient.of(place);
        DrillReport report = client.onPatiently(Operation.BACKUP_DRILL)
                .path("backup_id", backup)
                .idempotencyKey(client.ids().next("cli_"))
                .send(DrillReport.class);
        if (json) {
            place.screen().line(Json.text(report));
        } else {
            DrillReport.Phases phases = report.phases();
            place.screen()
                    .line((report.passed() ? "it restores" : "IT DOES NOT RESTORE") + " in " + report.rtoMs()
                            + " ms: found " + phases.fetchMs() + ", copied " + phases.copyMs() + ", checked "
                            + phases.verifyMs() + ", opened " + phases.openMs() + ", read " + phases.firstReadMs());
            report.findings().forEach(each -> place.screen().line("  " + SafeText.line(each)));
        }
        return (report.passed() ? ExitCode.OK : ExitCode.NEGATIVE).code();
    }
}
