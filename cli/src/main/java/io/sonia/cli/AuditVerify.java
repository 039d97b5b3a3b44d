package io.sonia.cli;

import io.sonia.contracts.audit.ChainVerdict;
import io.sonia.contracts.audit.VerifyAnswer;
import io.sonia.journal.AuditFile;
import io.sonia.journal.AuditSchema;
import io.sonia.journal.PostgresDatabase;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Checks every hash of the audit chains, by the running services or, without them, in their files. */
@Command(
        name = "verify",
        description = "Check that no audit entry was changed, removed or added",
        footer = {
            "",
            "Asks the running services; when SONIA is down, the files of this home are read instead.",
            "Exit code 1 if a chain is broken."
        })
final class AuditVerify implements Callable<Integer> {

    private static final int SHOWN_HASH = 16;

    private final Workplace place;

    @Option(names = "--store", paramLabel = "<file>", description = "check one database file; nothing is written to it")
    private @Nullable Path store;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    AuditVerify(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        VerifyAnswer answer = store == null ? verify() : answer(List.of(inFile(store)));
        if (json) {
            place.screen().line(Json.text(answer));
        } else {
            show(answer);
        }
        return (answer.valid() ? ExitCode.OK : ExitCode.NEGATIVE).code();
    }

    private VerifyAnswer verify() {
        Addresses addresses = Addresses.of(place.home(), place.environment());
        if (!Probe.listens(addresses.of(ServiceName.API_GATEWAY))) {
            return inFiles();
        }
        return OperatorClient.of(place)
                .on(Operation.AUDIT_VERIFY)
                .query("chain", "all")
                .send(VerifyAnswer.class);
    }

    private VerifyAnswer inFiles() {
        List<ChainVerdict> verdicts = new ArrayList<>();
        JournalPlaces places = JournalPlaces.of(place);
        for (ServiceName service : ServiceName.values()) {
            Path file = place.home().database(service);
            Optional<PostgresDatabase> database = places.databaseOf(service);
            if (database.isPresent()) {
                verdicts.add(verdict(() -> AuditSchema.verify(database.get()), service.wireName()));
            } else if (Files.exists(file)) {
                verdicts.add(inFile(file));
            }
        }
        if (verdicts.isEmpty()) {
            throw OperatorClient.notRunning(place, "and there is no database to read");
        }
        place.screen()
                .remark("the api-gateway does not run: reading the journals of "
                        + place.home().root());
        return answer(verdicts);
    }

    private static ChainVerdict inFile(Path file) {
        return verdict(() -> AuditFile.verify(file), file.toString());
    }

    /** @param name of the chain, if it has no entry that says so */
    private static ChainVerdict verdict(Supplier<AuditFile.Verdict> verification, String name) {
        try {
            AuditFile.Verdict verdict = verification.get();
            String chain = verdict.chain().isEmpty() ? name : verdict.chain();
            return ChainVerdict.of(chain, verdict.verification());
        } catch (SoniaException unreadable) {
            throw Failure.of(
                    ExitCode.NEGATIVE,
                    "the store cannot be verified",
                    SafeText.line(unreadable.text()),
                    "give the sonia.db of a service, or start its database server");
        }
    }

    private static VerifyAnswer answer(List<ChainVerdict> verdicts) {
        return new VerifyAnswer(
                verdicts.stream().allMatch(ChainVerdict::valid),
                verdicts.stream().mapToLong(ChainVerdict::checkedEntries).sum(),
                verdicts);
    }

    private void show(VerifyAnswer answer) {
        Table table = new Table("CHAIN", "VERDICT", "ENTRIES", "FIRST BAD", "REASON", "LAST HASH");
        for (ChainVerdict verdict : answer.chains()) {
            String hash = verdict.lastHash();
            table.add(
                    verdict.chain(),
                    word(verdict),
                    verdict.checkedEntries(),
                    verdict.firstBadSeq() == null ? "-" : verdict.firstBadSeq(),
                    verdict.reason() == null ? "-" : verdict.reason(),
                    hash == null ? "-" : hash.substring(0, Math.min(SHOWN_HASH, hash.length())));
        }
        table.show(place.screen());
        answer.chains().stream()
                .filter(verdict -> !verdict.valid())
                .forEach(verdict -> place.screen().error(error(verdict)));
        if (answer.valid()) {
            place.screen().line("all " + answer.checkedEntries() + " entries verify");
        }
    }

    /** A chain without a bad entry that is not valid either is one whose service did not answer. */
    private static String word(ChainVerdict verdict) {
        return verdict.valid() ? "valid" : verdict.firstBadSeq() == null ? "not checked" : "BROKEN";
    }

    private static String error(ChainVerdict verdict) {
        return verdict.firstBadSeq() == null
                ? "the chain of " + verdict.chain() + " was not checked - " + verdict.reason() + " - see ./sonia status"
                : "the chain of " + verdict.chain() + " is broken at entry " + verdict.firstBadSeq() + " - "
                        + verdict.reason() + " - keep the file as evidence and restore a backup";
    }
}
