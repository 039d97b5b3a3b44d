package io.sonia.cli;

import io.sonia.journal.StoreCopy;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Reads every store from end to end. */
@Command(
        name = "check",
        description = "Read every store from end to end: pages, references, audit chain",
        footer = {
            "",
            "Reads beside running services and changes nothing. Exit code 1 if a store is not sound: keep its file as",
            "evidence and restore a backup. The index of memories is made anew by ./sonia memory reindex."
        })
final class DbCheck implements Callable<Integer> {

    private final Workplace place;

    @Option(names = "--json", description = "print JSON lines")
    private boolean json;

    DbCheck(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        boolean postgres = ConfigGlance.at(place, "journal").text("url") != null;
        Table table = new Table("STORE", "PAGES", "REFERENCES", "AUDIT CHAIN", "SIZE");
        boolean sound = true;
        int found = 0;
        for (ServiceName service : ServiceName.values()) {
            Path file = place.home().database(service);
            if (!Files.exists(file)) {
                continue;
            }
            found++;
            StoreCopy.Soundness check = StoreCopy.check(file);
            sound &= check.sound();
            if (json) {
                place.screen().line(Json.text(line(service, check)));
            }
            table.add(
                    service.wireName(),
                    word(check.integrityOk()),
                    word(check.foreignKeysOk()),
                    word(check.auditChainOk()),
                    Words.bytes(bytes(file)));
        }
        if (found == 0) {
            throw Failure.of(
                    ExitCode.NEGATIVE, "there is no store", "nothing was ever started in this home", "run ./sonia up");
        }
        if (!json) {
            table.show(place.screen());
        }
        if (postgres) {
            place.screen().remark("the other stores are in PostgreSQL, which has tools of its own (pg_amcheck)");
        }
        return (sound ? ExitCode.OK : ExitCode.NEGATIVE).code();
    }

    private static Map<String, Object> line(ServiceName service, StoreCopy.Soundness check) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("service", service.wireName());
        line.put("integrity_ok", check.integrityOk());
        line.put("foreign_keys_ok", check.foreignKeysOk());
        line.put("audit_chain_ok", check.auditChainOk());
        return line;
    }

    /** With its write-ahead log, in which a running service has what it wrote last. */
    private static long bytes(Path file) {
        return file.toFile().length()
                + file.resolveSibling(file.getFileName() + "-wal").toFile().length();
    }

    private static String word(boolean good) {
        return good ? "sound" : "DAMAGED";
    }
}
