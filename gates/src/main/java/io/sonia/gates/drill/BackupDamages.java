package io.sonia.gates.drill;

import io.sonia.contracts.backup.BackupFolder;
import io.sonia.contracts.backup.BackupManifest;
import io.sonia.contracts.backup.Restore;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Home;
import io.sonia.kernel.SoniaException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;

/** Damages a backup in ways that differ each time, and tries to put it back into an empty home: every one is refused. */
final class BackupDamages {

    /** What is done to it. */
    private enum Damage {
        BIT,
        CUT,
        SWAP,
        MISSING,
        MORE,
        SIGNATURE,
        /** Names that lead out of the folder. */
        NAME,
        /** None of the backup, but the wrong words for its keys. */
        PASSPHRASE
    }

    private final Clock clock;
    private final Report report;
    private final Path backup;
    private final Path empty;
    private final Random random;

    /** @param empty where the home is that it is put back into; made for each damage and removed again */
    BackupDamages(Clock clock, Report report, Path backup, Path empty, long seed) {
        this.clock = clock;
        this.report = report;
        this.backup = backup;
        this.empty = empty;
        this.random = new Random(seed);
    }

    void run(int damages) throws IOException {
        for (int i = 0; i < damages; i++) {
            Damage damage = Damage.values()[i % Damage.values().length];
            damaged(damage);
            report.caseDone();
        }
    }

    private void damaged(Damage damage) throws IOException {
        List<Path> files = files();
        Path file = files.get(random.nextInt(files.size()));
        Path other = files.get(random.nextInt(files.size()));
        Path manifest = backup.resolve(BackupManifest.FILE);
        Path touched = switch (damage) {
            case SIGNATURE -> backup.resolve(BackupManifest.SIGNATURE_FILE);
            case NAME -> manifest;
            case BIT, CUT, SWAP, MISSING, MORE, PASSPHRASE -> file;
        };
        byte[] before = Files.readAllBytes(touched);
        byte[] beside = Files.readAllBytes(other);
        Path stray = backup.resolve("stray-" + random.nextInt(1_000));
        switch (damage) {
            case BIT -> flip(file, before);
            case CUT -> Files.write(file, Arrays.copyOf(before, random.nextInt(before.length)));
            case SWAP -> {
                Files.write(file, beside);
                Files.write(other, before);
            }
            case MISSING -> Files.delete(file);
            case PASSPHRASE -> {}
            case MORE -> Files.write(stray, before);
            case SIGNATURE -> Files.write(touched, ("{}" + random.nextInt()).getBytes(StandardCharsets.UTF_8));
            case NAME ->
                Files.writeString(
                        manifest, new String(before, StandardCharsets.UTF_8).replace("\"data/", "\"../data/"));
        }
        boolean changed = damage != Damage.SWAP || !Arrays.equals(before, beside);
        if (changed) {
            refused(damage, file);
        }
        Files.write(touched, before);
        Files.write(other, beside);
        Files.write(touched, before);
        Files.deleteIfExists(stray);
    }

    private void flip(Path file, byte[] before) throws IOException {
        byte[] flipped = before.clone();
        flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
        Files.write(file, flipped);
    }

    /** By its cause, and before anything of it is in the home. */
    private void refused(Damage damage, Path file) throws IOException {
        Home home = new Home(empty);
        Files.createDirectories(empty);
        try {
            new Restore(home, clock, said -> {})
                    .from(
                            new BackupFolder(backup),
                            RestoreDrill.terms(home, damage == Damage.PASSPHRASE ? "wrong" : RestoreDrill.PASSPHRASE));
            report.fail("put back in spite of " + damage + " of " + backup.relativize(file));
        } catch (SoniaException refusal) {
            report.count("refused " + damage.name().toLowerCase(Locale.ROOT) + ": " + refusal.code());
        }
        if (Files.exists(home.data())) {
            report.fail("refused for " + damage + ", and " + home.data() + " is there");
        }
        Folders.delete(empty);
    }

    /** Those with something in them. */
    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(backup)) {
            return files.filter(each -> each.toFile().length() > 0 && Files.isRegularFile(each))
                    .sorted()
                    .toList();
        }
    }
}
