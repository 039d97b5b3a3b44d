package io.sonia.contracts.backup;

import io.sonia.journal.StoreCopy;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Home;
import io.sonia.kernel.SecretFile;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.identity.NoteKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A restore for trial: into a scratch folder that is removed again, every store opened and read from end to end. */
public final class BackupTrial {

    private final Home home;
    private final Clock clock;
    private final List<String> findings = new ArrayList<>();
    private long mark;

    public BackupTrial(Home home, Clock clock) {
        this.home = home;
        this.clock = clock;
    }

    /**
     * Restores one backup for trial.
     *
     * @param keys the public keys to trust
     * @throws SoniaException INTEGRITY_FAILED if there is no manifest to go by, STORAGE_UNAVAILABLE if the scratch folder
     *     cannot be written
     */
    public DrillReport of(BackupFolder backup, List<NoteKey> keys) {
        mark = clock.nanoTime();
        long began = mark;
        BackupManifest manifest = backup.manifest();
        long fetch = lap();
        Path scratch = home.backups().resolve(".drill-" + manifest.backupId());
        try {
            copy(backup, manifest, scratch);
            long copied = lap();
            BackupVerdict verdict = new BackupFolder(scratch).verify(keys);
            told(verdict);
            long verified = lap();
            List<StoreCopy> stores = verdict.valid() ? open(new BackupFolder(scratch)) : List.of();
            long opened = lap();
            stores.stream()
                    .filter(each -> each.auditHead().isEmpty())
                    .forEach(each -> findings.add("a chain has no head"));
            long read = lap();
            BackupWriter.remove(scratch);
            long rto = TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - began);
            return new DrillReport(
                    manifest.backupId(),
                    findings.isEmpty(),
                    new DrillReport.Phases(fetch, copied, verified, opened, read),
                    rto,
                    List.copyOf(findings));
        } catch (IOException e) {
            throw SoniaException.caused(ErrorCode.STORAGE_UNAVAILABLE, e);
        }
    }

    private void copy(BackupFolder backup, BackupManifest manifest, Path scratch) throws IOException {
        BackupWriter.remove(scratch);
        SecretFile.createFolder(scratch);
        List<String> names = new ArrayList<>(manifest.checksums().keySet());
        names.addAll(List.of(BackupManifest.FILE, BackupManifest.SIGNATURE_FILE));
        for (String name : names) {
            Path from = backup.path().resolve(name).normalize();
            if (!from.startsWith(backup.path()) || !Files.isRegularFile(from)) {
                findings.add(name + " is missing");
                continue;
            }
            Path to = scratch.resolve(name);
            SecretFile.createFolder(to.resolveSibling(""));
            Files.copy(from, to);
        }
    }

    private void told(BackupVerdict verdict) {
        if (!verdict.signatureOk()) {
            findings.add("the manifest is not signed by a key of this installation");
        }
        verdict.checks().forEach((name, check) -> {
            if (check.status() != BackupVerdict.Status.PASS) {
                findings.add(name + " is not what the manifest says");
            }
        });
        verdict.extra().forEach(name -> findings.add(name + " is not in the manifest"));
        verdict.stores().forEach((service, check) -> {
            if (!check.good()) {
                findings.add("the store of " + service + " is not sound");
            }
        });
    }

    private static List<StoreCopy> open(BackupFolder scratch) {
        List<StoreCopy> stores = new ArrayList<>();
        for (ServiceName service : ServiceName.values()) {
            stores.add(StoreCopy.of(scratch.store(service)));
        }
        return stores;
    }

    private long lap() {
        long now = clock.nanoTime();
        long lap = TimeUnit.NANOSECONDS.toMillis(now - mark);
        mark = now;
        return lap;
    }
}
