package io.sonia.contracts.incident;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** The zip archive of a bundle. */
final class IncidentArchive {

    /** Readers of bundles refuse what is packed tighter: it might be made to fill their disk. */
    private static final long MAX_RATIO = 200;

    private static final long RATIO_FROM_BYTES = 1 << 20;

    /** The manifest has the time. */
    private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private final StagedFiles files;
    private final Map<String, String> last;

    /** @param last names and texts of what is written after the staged files */
    IncidentArchive(StagedFiles files, Map<String, String> last) {
        this.files = files;
        this.last = last;
    }

    /** Writes or replaces the file. */
    void write(Path file) throws IOException {
        Set<String> asTheyAre = new HashSet<>();
        Set<String> tooTight = pack(file, asTheyAre);
        while (!tooTight.isEmpty()) {
            asTheyAre.addAll(tooTight);
            tooTight = pack(file, asTheyAre);
        }
    }

    /** The files that came out smaller than readers take. */
    private Set<String> pack(Path file, Set<String> asTheyAre) throws IOException {
        Set<String> tooTight = new HashSet<>();
        try (ZipOutputStream zip = new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
            for (String name : new TreeSet<>(files.sizes().keySet())) {
                ZipEntry entry = entry(name);
                if (asTheyAre.contains(name)) {
                    store(entry);
                }
                zip.putNextEntry(entry);
                Files.copy(files.file(name), zip);
                zip.closeEntry();
                if (entry.getSize() > RATIO_FROM_BYTES && entry.getSize() / MAX_RATIO > entry.getCompressedSize()) {
                    tooTight.add(name);
                }
            }
            for (Map.Entry<String, String> each : last.entrySet()) {
                zip.putNextEntry(entry(each.getKey()));
                zip.write(each.getValue().getBytes(StandardCharsets.UTF_8));
                zip.closeEntry();
            }
        }
        return tooTight;
    }

    private static ZipEntry entry(String name) {
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(NO_TIME);
        return entry;
    }

    private void store(ZipEntry entry) throws IOException {
        CRC32 crc = new CRC32();
        try (InputStream in = Files.newInputStream(files.file(entry.getName()))) {
            in.transferTo(new OutputStream() {
                @Override
                public void write(int one) {
                    crc.update(one);
                }

                @Override
                public void write(byte[] bytes, int offset, int length) {
                    crc.update(bytes, offset, length);
                }
            });
        }
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(Files.size(files.file(entry.getName())));
        entry.setCrc(crc.getValue());
    }
}
