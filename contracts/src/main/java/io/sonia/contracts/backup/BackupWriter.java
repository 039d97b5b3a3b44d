package io.sonia.contracts.backup;

import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SecretFile;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Version;
import io.sonia.kernel.identity.NotaryKeys;
import io.sonia.kernel.json.Timestamps;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Puts a backup together in a folder of its own, which gets its name once all of it is on disk. */
public final class BackupWriter implements AutoCloseable {

    private static final int MOST_FILES = 1_000;

    private final Home home;
    private final String backupId;
    private final BackupFolder staging;
    private final List<BackupManifest.Omission> omitted = new ArrayList<>();

    /** @param backupId of a backup that is not there yet */
    public BackupWriter(Home home, String backupId) throws IOException {
        this.home = home;
        this.backupId = backupId;
        this.staging = BackupFolder.staging(home, backupId);
        SecretFile.createFolder(staging.store(ServiceName.EVA_OS).resolveSibling(""));
    }

    /** The last signed heads, to be taken before the stores are: then no store is behind its head. */
    public void heads() throws IOException {
        copy(home.auditHeads(), BackupFolder.HEADS);
    }

    /** Settings and policies. */
    public void config() throws IOException {
        copy(home.configFile().resolveSibling(""), BackupFolder.CONFIG);
    }

    /** The keys, sealed, or a note that they are left out; the public ones always. */
    public void secrets(@Nullable BackupSeal seal, Ids ids) throws IOException {
        put(BackupFolder.PUBLIC_KEYS, Files.readAllBytes(home.notaryPublicKeys()));
        if (seal == null) {
            omitted.add(new BackupManifest.Omission("secrets", "no passphrase was given to seal them with"));
        } else {
            put(BackupFolder.SEALED, SealedSecrets.seal(home.secrets(), seal, backupId, ids));
        }
        omitted.add(new BackupManifest.Omission("workspace", "its files are the user's"));
        omitted.add(new BackupManifest.Omission("logs", "they are not needed to go on"));
    }

    /** Signs what is there and gives it its name. */
    public BackupManifest finish(@Nullable String label, Instant now, Map<String, BackupStore> stores)
            throws IOException {
        NotaryKeys keys = NotaryKeys.load(home);
        Map<String, String> checksums = new TreeMap<>();
        Map<String, Long> sizes = new TreeMap<>();
        for (String name : staging.files()) {
            checksums.put(name, BackupFolder.sha256(staging.path().resolve(name)));
            sizes.put(name, Files.size(staging.path().resolve(name)));
        }
        BackupManifest manifest = new BackupManifest(
                BackupManifest.FORMAT,
                backupId,
                label,
                Timestamps.format(now),
                Version.PRODUCT,
                Version.CONTRACT,
                keys.name(),
                new TreeMap<>(stores),
                checksums,
                sizes,
                omitted);
        put(BackupManifest.SIGNATURE_FILE, keys.signBundle(manifest.text()).getBytes(StandardCharsets.UTF_8));
        put(BackupManifest.FILE, manifest.text().getBytes(StandardCharsets.UTF_8));
        try (Stream<Path> folders = Files.walk(staging.path())) {
            for (Path folder : folders.filter(Files::isDirectory).toList()) {
                sync(folder);
            }
        }
        Files.move(staging.path(), BackupFolder.of(home, backupId).path(), StandardCopyOption.ATOMIC_MOVE);
        sync(home.backups());
        return manifest;
    }

    /** Removes what is not finished. */
    @Override
    public void close() throws IOException {
        remove(staging.path());
    }

    /** Removes a folder with everything in it; one that is not there is no matter. */
    public static void remove(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    private void copy(Path from, String name) throws IOException {
        if (!Files.isDirectory(from)) {
            return;
        }
        try (Stream<Path> all = Files.walk(from)) {
            for (Path file : all.filter(Files::isRegularFile).limit(MOST_FILES).toList()) {
                put(name + "/" + from.relativize(file), Files.readAllBytes(file));
            }
        }
    }

    private void put(String name, byte[] content) throws IOException {
        Path file = staging.path().resolve(name);
        SecretFile.createFolder(file.resolveSibling(""));
        SecretFile.write(file, content);
    }

    static void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
