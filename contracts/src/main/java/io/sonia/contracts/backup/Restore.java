package io.sonia.contracts.backup;

import io.sonia.contracts.audit.ExternalHeads;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Home;
import io.sonia.kernel.SecretFile;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.identity.NotaryKeys;
import io.sonia.kernel.identity.NoteKey;
import io.sonia.kernel.settings.HeadPlaces;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Puts a backup back into a home where nothing runs. What is there is moved aside into {@code replaced/<backup id>-<time>}, not
 * destroyed. A mark in the home says that the work is going on, and nothing starts before it is done; it can be done
 * again from the beginning at any time, and what was moved aside first stays there.
 */
public final class Restore {

    private final Home home;
    private final Clock clock;
    private final Consumer<String> progress;

    /** @param progress told what is done next */
    public Restore(Home home, Clock clock, Consumer<String> progress) {
        this.home = home;
        this.clock = clock;
        this.progress = progress;
    }

    /**
     * How to go about it.
     *
     * @param keys whose signature to trust; empty trusts those of this home, or else those in the backup
     * @param passphrase what the keys in the backup are sealed with; needed where the home has none
     * @param accepted why it is accepted that what came after the backup is lost; null refuses to lose anything known
     */
    public record Terms(
            List<NoteKey> keys,
            @Nullable String passphrase,
            @Nullable String accepted,
            HeadPlaces heads) {}

    /**
     * Puts it back.
     *
     * @throws SoniaException INTEGRITY_FAILED if the backup is not sound, of another installation, without the keys that
     *     are needed, or older than what was signed later and nobody accepts that; STORAGE_UNAVAILABLE if the home cannot
     *     be written
     */
    public BackupManifest from(BackupFolder backup, Terms terms) {
        BackupManifest manifest = backup.manifest();
        boolean keysHere = Files.exists(home.rootKey());
        progress.accept("checking every file and every audit entry of " + manifest.backupId());
        requireSound(backup, trusted(backup, terms, keysHere));
        Map<String, byte[]> secrets = Map.of();
        if (keysHere) {
            requireSameInstallation(manifest);
            requireNewest(manifest, terms);
        } else {
            secrets = secrets(backup, manifest, terms);
        }
        try {
            put(backup, manifest, secrets, terms);
        } catch (IOException e) {
            throw SoniaException.caused(ErrorCode.STORAGE_UNAVAILABLE, e);
        }
        return manifest;
    }

    private List<NoteKey> trusted(BackupFolder backup, Terms terms, boolean keysHere) {
        if (!terms.keys().isEmpty()) {
            return terms.keys();
        }
        return keysHere ? NotaryKeys.published(home) : backup.ownKeys();
    }

    private static void requireSound(BackupFolder backup, List<NoteKey> keys) {
        BackupVerdict verdict = backup.verify(keys);
        if (verdict.valid()) {
            return;
        }
        SoniaException refused =
                SoniaException.of(ErrorCode.INTEGRITY_FAILED, "The backup is not sound: " + why(verdict));
        throw refused.with("backup_id", verdict.backupId());
    }

    /** The first thing that is wrong with a backup. */
    public static String why(BackupVerdict verdict) {
        if (!verdict.signatureOk()) {
            return "its manifest is not signed by a trusted key";
        }
        Optional<String> file = verdict.checks().entrySet().stream()
                .filter(each -> each.getValue().status() != BackupVerdict.Status.PASS)
                .map(each -> each.getKey() + " is "
                        + (each.getValue().status() == BackupVerdict.Status.MISSING
                                ? "missing"
                                : "not what was signed"))
                .findFirst();
        if (file.isPresent()) {
            return file.get();
        }
        if (!verdict.extra().isEmpty()) {
            return verdict.extra().getFirst() + " is not in its manifest";
        }
        return verdict.stores().entrySet().stream()
                .filter(each -> !each.getValue().good())
                .map(each -> "the store of " + each.getKey() + " is missing or damaged")
                .findFirst()
                .orElse("nothing is wrong with it");
    }

    private void requireSameInstallation(BackupManifest manifest) {
        String here = NotaryKeys.published(home).getFirst().name();
        if (!here.equals(manifest.installation())) {
            throw SoniaException.of(
                    ErrorCode.INTEGRITY_FAILED,
                    "The backup is of another installation: restore it into an empty SONIA_HOME");
        }
    }

    /** What was signed after the backup would be lost; that has to be said. */
    private void requireNewest(BackupManifest manifest, Terms terms) {
        if (terms.accepted() != null) {
            return;
        }
        ExternalHeads heads = heads(terms);
        for (ServiceName service : ServiceName.values()) {
            long lost = lost(manifest, service, heads);
            if (lost > 0) {
                throw SoniaException.of(
                                ErrorCode.INTEGRITY_FAILED,
                                "The backup is older than what was signed last: " + lost + " audit entries of "
                                        + service + " would be lost; accept that with --accept-loss=<why>")
                        .with("service", service.wireName())
                        .with("lost", lost);
            }
        }
    }

    /** Entries that were signed and that the backup does not have. */
    private static long lost(BackupManifest manifest, ServiceName service, ExternalHeads heads) {
        BackupStore store = manifest.artifacts().get(service.wireName());
        long kept = store == null ? 0 : store.auditSize();
        return heads.newest(service).map(head -> head.checkpoint().size()).orElse(0L) - kept;
    }

    private Map<String, byte[]> secrets(BackupFolder backup, BackupManifest manifest, Terms terms) {
        Path sealed = backup.path().resolve(BackupFolder.SEALED);
        if (!Files.isRegularFile(sealed)) {
            throw SoniaException.of(
                    ErrorCode.INTEGRITY_FAILED,
                    "This home has no keys and neither has the backup: put the secrets folder of the old home back first");
        }
        if (terms.passphrase() == null) {
            throw SoniaException.of(
                    ErrorCode.INTEGRITY_FAILED, "This home has no keys: those in the backup need their passphrase");
        }
        try {
            return SealedSecrets.open(Files.readAllBytes(sealed), terms.passphrase(), manifest.backupId());
        } catch (IOException e) {
            throw SoniaException.caused(ErrorCode.STORAGE_UNAVAILABLE, e);
        }
    }

    private void put(BackupFolder backup, BackupManifest manifest, Map<String, byte[]> secrets, Terms terms)
            throws IOException {
        Instant began = began(manifest.backupId());
        SecretFile.createFolder(home.root());
        new RestoredMark(manifest.backupId(), began, false, terms.accepted()).write(home);
        SealedSecrets.write(secrets, home.secrets());
        Path aside = aside(manifest.backupId(), began);
        for (ServiceName service : ServiceName.values()) {
            progress.accept("putting back the store of " + service);
            putStore(backup.store(service), home.database(service), aside.resolve(service.wireName()));
        }
        putConfig(backup.path().resolve(BackupFolder.CONFIG), aside.resolve("config"));
        putHeads(backup.path().resolve(BackupFolder.HEADS));
        if (terms.accepted() != null) {
            for (ServiceName service : ServiceName.values()) {
                if (lost(manifest, service, heads(terms)) > 0) {
                    heads(terms).accept(service, terms.accepted(), clock.now());
                }
            }
        }
        new RestoredMark(manifest.backupId(), began, true, terms.accepted()).write(home);
    }

    /** When it began, the first time if it was broken off since. */
    private Instant began(String backupId) {
        try {
            return RestoredMark.of(home)
                    .filter(mark -> !mark.whole() && mark.backupId().equals(backupId))
                    .map(RestoredMark::restoredAt)
                    .orElseGet(clock::now);
        } catch (SoniaException unreadable) {
            return clock.now();
        }
    }

    private Path aside(String backupId, Instant began) {
        return home.root().resolve("replaced").resolve(backupId + "-" + began.getEpochSecond());
    }

    private ExternalHeads heads(Terms terms) {
        return new ExternalHeads(terms.heads(), () -> NotaryKeys.published(home));
    }

    /** The old store goes with its write-ahead log: alone, either is another store. */
    private static void putStore(Path copy, Path store, Path aside) throws IOException {
        SecretFile.createFolder(store.resolveSibling(""));
        Path coming = store.resolveSibling(store.getFileName() + ".restored");
        Files.deleteIfExists(coming);
        Files.copy(copy, coming);
        try (FileChannel channel = FileChannel.open(coming, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        boolean first = !Files.exists(aside.resolve(String.valueOf(store.getFileName())));
        // The store itself goes last: as long as it is not aside, what is here is the old one.
        for (String suffix : List.of("-wal", "-shm", "")) {
            Path old = store.resolveSibling(store.getFileName() + suffix);
            if (first && Files.exists(old)) {
                SecretFile.createFolder(aside);
                Files.move(old, aside.resolve(String.valueOf(old.getFileName())), StandardCopyOption.ATOMIC_MOVE);
            } else {
                Files.deleteIfExists(old);
            }
        }
        Files.move(coming, store, StandardCopyOption.ATOMIC_MOVE);
        BackupWriter.sync(store.resolveSibling(""));
    }

    /** The whole folder goes aside, so that no policy stays that the backup does not know. */
    private void putConfig(Path copy, Path aside) throws IOException {
        Path folder = home.configFile().resolveSibling("");
        if (Files.exists(folder) && !Files.exists(aside)) {
            SecretFile.createFolder(aside.resolveSibling(""));
            Files.move(folder, aside, StandardCopyOption.ATOMIC_MOVE);
        }
        for (Map.Entry<String, Path> each : files(copy).entrySet()) {
            Path target = folder.resolve(each.getKey());
            Files.createDirectories(target.resolveSibling(""));
            SecretFile.write(target, Files.readAllBytes(each.getValue()));
        }
    }

    /** Heads that are here already are further on, or the same. */
    private void putHeads(Path copy) throws IOException {
        for (Map.Entry<String, Path> each : files(copy).entrySet()) {
            Path target = home.auditHeads().resolve(each.getKey());
            if (!Files.exists(target)) {
                SecretFile.createFolder(target.resolveSibling(""));
                SecretFile.write(target, Files.readAllBytes(each.getValue()));
            }
        }
    }

    private static Map<String, Path> files(Path folder) throws IOException {
        Map<String, Path> files = new TreeMap<>();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> all = Files.walk(folder)) {
                all.filter(Files::isRegularFile)
                        .forEach(each -> files.put(folder.relativize(each).toString(), each));
            }
        }
        return files;
    }
}
