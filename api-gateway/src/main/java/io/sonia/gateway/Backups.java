package io.sonia.gateway;

import io.sonia.contracts.ServiceParts;
import io.sonia.contracts.backup.BackupConfig;
import io.sonia.contracts.backup.BackupCreate;
import io.sonia.contracts.backup.BackupFolder;
import io.sonia.contracts.backup.BackupManifest;
import io.sonia.contracts.backup.BackupSeal;
import io.sonia.contracts.backup.BackupStore;
import io.sonia.contracts.backup.BackupTrial;
import io.sonia.contracts.backup.BackupVerdict;
import io.sonia.contracts.backup.BackupWriter;
import io.sonia.contracts.backup.DrillReport;
import io.sonia.contracts.backup.Restore;
import io.sonia.contracts.backup.SnapshotAnswer;
import io.sonia.contracts.backup.SnapshotRequest;
import io.sonia.contracts.backup.SnapshotRequest.Step;
import io.sonia.contracts.backup.StateSnapshots;
import io.sonia.journal.JournalConfig;
import io.sonia.journal.Tx;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Home;
import io.sonia.kernel.SecretFile;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.identity.NotaryKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Backups of this home. All services hold still for a moment, so that what one has sent is on the way, received or not
 * sent in all of them alike; each copies its store while it goes on. A backup counts once it was restored for trial.
 */
final class Backups {

    private static final int TRIES = 3;
    private static final Duration LOOK_EVERY = Duration.ofMinutes(10);
    private static final Duration OWN_WORK = Duration.ofMinutes(5);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(30);

    /** All have to hold still within this part of the time that each does. */
    private static final Duration GATHERED = StateSnapshots.HOLD.dividedBy(2);

    private final ServiceParts parts;
    private final Home home;
    private final BackupConfig config;
    private final BackupRecords records;
    private final ReentrantLock making = new ReentrantLock();

    Backups(ServiceParts parts) {
        this.parts = parts;
        this.home = parts.home();
        this.config = parts.settings().section(BackupConfig.SECTION);
        this.records = new BackupRecords(parts.journal());
    }

    /** What is kept of a backup that passed its trial. */
    interface Answer<T> {
        T keep(Tx tx, BackupManifest manifest) throws SQLException;
    }

    BackupRecords records() {
        return records;
    }

    /** Removes what broke off, and makes backups by itself from now on. */
    void start() {
        sweep();
        boolean onFile = parts.settings().section(JournalConfig.SECTION).url() == null;
        if (onFile && config.intervalHours() > 0) {
            parts.timers().every("backups", LOOK_EVERY, this::makeIfDue);
        }
        parts.metrics().gauge("sonia_backup_age_seconds", "Time since the newest sound backup", this::age);
    }

    private double age() {
        return records.newestSound()
                .map(time ->
                        (double) Duration.between(time, parts.clock().now()).toSeconds())
                .orElse(-1.0);
    }

    private void makeIfDue() {
        Instant due = parts.clock().now().minus(Duration.ofHours(config.intervalHours()));
        if (records.newestSound().filter(time -> time.isAfter(due)).isPresent()) {
            return;
        }
        Context own = Context.own(parts.service(), "timer", null, OWN_WORK, parts.ids(), parts.clock());
        AuditEvent audit = AuditEvent.of(Operation.BACKUP_CREATE.wireName(), own.origin());
        try {
            make(new BackupCreate(null, null), own, audit, (tx, manifest) -> manifest);
        } catch (SoniaException e) {
            if (e.code() != ErrorCode.INTEGRITY_FAILED) {
                parts.journal().append(audit.outcome(e.code()));
            }
            throw e;
        }
    }

    /**
     * Makes a backup and restores it for trial, one at a time.
     *
     * @param answer what is kept of it, in the commit that records that the trial passed
     * @throws SoniaException OVERLOADED if one is being made or the services cannot hold still together, STORAGE_FULL,
     *     UNAVAILABLE if a service cannot be asked or its store is a server's, INTEGRITY_FAILED if the trial failed
     */
    <T> T make(BackupCreate wish, Context context, AuditEvent audit, Answer<T> answer) {
        if (!making.tryLock()) {
            throw SoniaException.of(ErrorCode.OVERLOADED, "A backup is being made")
                    .retryAfter(RETRY_AFTER);
        }
        String id = parts.ids().next("bak_");
        try {
            SecretFile.createFolder(home.backups());
            requireRoom();
            BackupManifest manifest = write(id, wish.label(), wish.seal(), context);
            records.add(manifest, audit);
            T kept = kept(manifest, context, answer);
            prune();
            return kept;
        } catch (IOException e) {
            throw SoniaException.caused(ErrorCode.STORAGE_UNAVAILABLE, e);
        } finally {
            making.unlock();
        }
    }

    private <T> T kept(BackupManifest manifest, Context context, Answer<T> answer) {
        DrillReport drill = drill(manifest.backupId());
        if (drill.passed()) {
            return parts.journal().commit(tx -> {
                recordTrial(tx, drill, context);
                return answer.keep(tx, manifest);
            });
        }
        parts.journal().commit(tx -> recordTrial(tx, drill, context));
        throw SoniaException.of(ErrorCode.INTEGRITY_FAILED, "The backup was made and does not restore")
                .with("backup_id", drill.backupId())
                .with("findings", drill.findings());
    }

    private BackupManifest write(String id, @Nullable String label, @Nullable BackupSeal seal, Context context)
            throws IOException {
        try (BackupWriter writer = new BackupWriter(home, id)) {
            writer.heads();
            hold(id, context);
            Map<ServiceName, SnapshotAnswer> copied = all(id, Step.COPY, context);
            Map<String, BackupStore> stores = new TreeMap<>();
            copied.forEach((service, answer) -> {
                BackupStore store = answer.store();
                if (store != null) {
                    stores.put(service.wireName(), store);
                }
            });
            writer.config();
            writer.secrets(seal, parts.ids());
            return writer.finish(label, parts.clock().now(), stores);
        }
    }

    /** Has all services hold still at the same time; one that began too early may have gone on meanwhile. */
    private void hold(String id, Context context) {
        for (int tries = 1; tries <= TRIES; tries++) {
            long began = parts.clock().nanoTime();
            try {
                all(id, Step.HOLD, context);
            } catch (SoniaException e) {
                drop(id, context);
                throw e;
            }
            if (parts.clock().nanoTime() - began <= GATHERED.toNanos()) {
                return;
            }
            drop(id, context);
        }
        throw SoniaException.of(ErrorCode.OVERLOADED, "The services are too busy to hold still together")
                .retryAfter(RETRY_AFTER);
    }

    private void drop(String id, Context context) {
        try {
            all(id, Step.DROP, context);
        } catch (SoniaException e) {
            // What is held is let go by itself.
            parts.log()
                    .warn(
                            "backup.drop",
                            "A service could not be told to let go",
                            Map.of("code", e.code().name()));
        }
    }

    private Map<ServiceName, SnapshotAnswer> all(String id, Step step, Context context) {
        Map<ServiceName, CompletableFuture<SnapshotAnswer>> asked = new EnumMap<>(ServiceName.class);
        for (ServiceName service : ServiceName.values()) {
            CompletableFuture<SnapshotAnswer> answer = new CompletableFuture<>();
            asked.put(service, answer);
            Threads.virtual("snapshot " + service, () -> ask(service, id, step, context, answer));
        }
        Map<ServiceName, SnapshotAnswer> answers = new EnumMap<>(ServiceName.class);
        SoniaException failure = null;
        for (Map.Entry<ServiceName, CompletableFuture<SnapshotAnswer>> each : asked.entrySet()) {
            try {
                answers.put(each.getKey(), each.getValue().join());
            } catch (CompletionException e) {
                failure = e.getCause() instanceof SoniaException told
                        ? told
                        : SoniaException.caused(ErrorCode.INTERNAL_ERROR, e);
            }
        }
        if (failure != null) {
            throw failure;
        }
        return answers;
    }

    private void ask(
            ServiceName service, String id, Step step, Context context, CompletableFuture<SnapshotAnswer> answer) {
        try {
            Context own = Context.own(
                    parts.service(),
                    context.correlationId(),
                    context.caller().actorId(),
                    Operation.STATE_SNAPSHOT.deadline(),
                    parts.ids(),
                    parts.clock());
            answer.complete(parts.peers()
                    .of(service)
                    .on(own, Operation.STATE_SNAPSHOT)
                    .body(new SnapshotRequest(id, step))
                    .send(SnapshotAnswer.class));
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
        }
    }

    /**
     * Checks a backup.
     *
     * @throws SoniaException NOT_FOUND if it is not there any more, INTEGRITY_FAILED if it has no manifest
     */
    BackupVerdict verify(String id) {
        BackupVerdict verdict = folder(id).verify(NotaryKeys.published(home));
        records.verified(id, verdict.valid() ? parts.clock().now() : null);
        return verdict;
    }

    /** Restores a backup for trial; for the caller to record. */
    DrillReport drill(String id) {
        return new BackupTrial(home, parts.clock()).of(folder(id), NotaryKeys.published(home));
    }

    /** Puts on record how a trial went, within the commit that answers for it. */
    DrillReport recordTrial(Tx tx, DrillReport report, Context context) throws SQLException {
        AuditEvent audit = AuditEvent.of(Operation.BACKUP_DRILL.wireName(), context.origin());
        BackupRecords.drilled(tx, report, parts.clock().now(), audit);
        return report;
    }

    BackupManifest manifest(String id) {
        return folder(id).manifest();
    }

    /**
     * A backup that was found sound just now.
     *
     * @throws SoniaException NOT_FOUND, INTEGRITY_FAILED
     */
    BackupFolder sound(String id) {
        BackupFolder folder = folder(id);
        BackupVerdict verdict = folder.verify(NotaryKeys.published(home));
        if (!verdict.valid()) {
            throw SoniaException.of(ErrorCode.INTEGRITY_FAILED, "The backup is not sound: " + Restore.why(verdict))
                    .with("backup_id", id);
        }
        return folder;
    }

    private BackupFolder folder(String id) {
        BackupFolder folder = BackupFolder.of(home, id);
        if (records.find(id).isEmpty() || !folder.exists()) {
            throw SoniaException.of(ErrorCode.NOT_FOUND);
        }
        return folder;
    }

    /** Twice the stores: the backup, and its trial. */
    private void requireRoom() throws IOException {
        long stores = 0;
        for (ServiceName service : ServiceName.values()) {
            Path file = home.database(service);
            stores += Files.exists(file) ? Files.size(file) : 0;
        }
        if (Files.getFileStore(home.backups()).getUsableSpace() < stores * 3) {
            throw SoniaException.of(ErrorCode.STORAGE_FULL, "There is no room for a backup and its trial");
        }
    }

    /** The oldest go once there are more than are kept; one that does not restore goes with them. */
    private void prune() throws IOException {
        for (String id : records.beyond(config.keep())) {
            BackupWriter.remove(BackupFolder.of(home, id).path());
            records.forget(id);
        }
    }

    private void sweep() {
        if (!Files.isDirectory(home.backups())) {
            return;
        }
        try (Stream<Path> all = Files.list(home.backups())) {
            for (Path each : all.filter(
                            path -> String.valueOf(path.getFileName()).startsWith("."))
                    .toList()) {
                BackupWriter.remove(each);
            }
        } catch (IOException e) {
            parts.log().error("backups.sweep", "What is left of a backup cannot be removed", Map.of(), e);
        }
    }
}
