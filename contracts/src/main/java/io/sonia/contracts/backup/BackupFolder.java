package io.sonia.contracts.backup;

import io.sonia.journal.StoreCopy;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Home;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.identity.NotaryKeys;
import io.sonia.kernel.identity.NoteKey;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A backup as it lies on disk: {@code manifest.json} with its signature, {@code data/<service>.db}, {@code config/},
 * {@code audit-heads/}, {@code notary.pub} and, under a passphrase, {@code secrets.sealed}.
 */
public record BackupFolder(Path path) {

    static final String CONFIG = "config";
    static final String HEADS = "audit-heads";
    static final String SEALED = "secrets.sealed";
    static final String PUBLIC_KEYS = "notary.pub";

    private static final String DATA = "data";
    private static final int MAX_MANIFEST_BYTES = 1 << 20;
    private static final int MAX_FILES = 1_000;
    private static final int CHUNK = 1 << 16;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*");

    /** A finished backup of this home. */
    public static BackupFolder of(Home home, String backupId) {
        return new BackupFolder(home.backups().resolve(backupId));
    }

    /** One in the making. */
    public static BackupFolder staging(Home home, String backupId) {
        return new BackupFolder(home.backups().resolve("." + backupId));
    }

    public boolean exists() {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    /** Where the copy of a service's store is. */
    public Path store(ServiceName service) {
        return path.resolve(DATA).resolve(service.wireName() + ".db");
    }

    /**
     * The manifest, unchecked.
     *
     * @throws SoniaException INTEGRITY_FAILED if there is none that can be read
     */
    public BackupManifest manifest() {
        Path file = path.resolve(BackupManifest.FILE);
        try {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > MAX_MANIFEST_BYTES) {
                throw refused("it has no manifest");
            }
            BackupManifest manifest =
                    Shape.of(BackupManifest.class).readAnswer(Json.parseObject(Files.readAllBytes(file)));
            if (!manifest.format().equals(BackupManifest.FORMAT)) {
                throw refused("its format is not " + BackupManifest.FORMAT);
            }
            return manifest;
        } catch (IOException e) {
            throw refused("its manifest cannot be read");
        } catch (SoniaException e) {
            throw e.code() == ErrorCode.INTEGRITY_FAILED ? e : refused("its manifest is none");
        }
    }

    /**
     * Compares every file with the manifest and the manifest with its signature, and reads every store from end to end.
     *
     * @param keys the public keys to trust
     * @throws SoniaException INTEGRITY_FAILED if there is no manifest to go by
     */
    public BackupVerdict verify(List<NoteKey> keys) {
        BackupManifest manifest = manifest();
        boolean signed = text(BackupManifest.FILE).equals(manifest.text())
                && NotaryKeys.signedBundle(keys, manifest.text(), text(BackupManifest.SIGNATURE_FILE));
        Map<String, BackupVerdict.FileCheck> checks = new TreeMap<>();
        manifest.checksums().forEach((name, sum) -> checks.put(name, check(manifest, name, sum)));
        List<String> extra = files().stream()
                .filter(each -> !checks.containsKey(each))
                .filter(each -> !each.equals(BackupManifest.FILE) && !each.equals(BackupManifest.SIGNATURE_FILE))
                .toList();
        Map<String, BackupVerdict.StoreCheck> stores = new TreeMap<>();
        for (ServiceName service : ServiceName.values()) {
            BackupStore store = manifest.artifacts().get(service.wireName());
            stores.put(service.wireName(), check(service, store));
        }
        boolean valid = signed
                && extra.isEmpty()
                && checks.values().stream().allMatch(each -> each.status() == BackupVerdict.Status.PASS)
                && stores.values().stream().allMatch(BackupVerdict.StoreCheck::good);
        return new BackupVerdict(manifest.backupId(), valid, signed, checks, extra, stores);
    }

    private BackupVerdict.FileCheck check(BackupManifest manifest, String name, String expected) {
        Path file = path.resolve(name);
        if (!NAME.matcher(name).matches() || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return new BackupVerdict.FileCheck(BackupVerdict.Status.MISSING, expected, "");
        }
        try {
            String actual = sha256(file);
            Long size = manifest.sizes().get(name);
            boolean same = actual.equals(expected) && size != null && size == Files.size(file);
            return new BackupVerdict.FileCheck(
                    same ? BackupVerdict.Status.PASS : BackupVerdict.Status.FAIL, expected, actual);
        } catch (IOException unreadable) {
            return new BackupVerdict.FileCheck(BackupVerdict.Status.FAIL, expected, "");
        }
    }

    private BackupVerdict.StoreCheck check(ServiceName service, @Nullable BackupStore told) {
        Path file = store(service);
        if (told == null || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return new BackupVerdict.StoreCheck(false, false, false, false);
        }
        StoreCopy.Soundness found = StoreCopy.check(file);
        return new BackupVerdict.StoreCheck(
                found.integrityOk(),
                found.foreignKeysOk(),
                found.auditChainOk(),
                found.sound() && BackupStore.of(StoreCopy.of(file)).equals(told));
    }

    private String text(String name) {
        Path file = path.resolve(name);
        try {
            return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.size(file) <= MAX_MANIFEST_BYTES
                    ? Files.readString(file)
                    : "";
        } catch (IOException unreadable) {
            return "";
        }
    }

    /** The names of all files, those that no manifest would name too. */
    List<String> files() {
        try (Stream<Path> all = Files.walk(path)) {
            List<String> names = new ArrayList<>();
            all.filter(each -> !Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS))
                    .limit(MAX_FILES)
                    .forEach(each -> names.add(path.relativize(each).toString()));
            return names;
        } catch (IOException e) {
            throw refused("its files cannot be listed");
        }
    }

    static String sha256(Path file) throws IOException {
        MessageDigest digest = Sha256.newDigest();
        byte[] chunk = new byte[CHUNK];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                digest.update(chunk, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The public keys that lie in the backup: they show that nothing was changed by accident, not who made it. */
    public List<NoteKey> ownKeys() {
        try {
            return NotaryKeys.read(Files.readString(path.resolve(PUBLIC_KEYS), StandardCharsets.UTF_8));
        } catch (IOException e) {
            return List.of();
        }
    }

    private static SoniaException refused(String why) {
        return SoniaException.of(ErrorCode.INTEGRITY_FAILED, "This is no backup: " + why);
    }
}
