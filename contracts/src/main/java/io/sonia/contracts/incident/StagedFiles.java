package io.sonia.contracts.incident;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.KnownSecrets;
import io.sonia.kernel.Redactor;
import io.sonia.kernel.SecretFile;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The files of a bundle in the making, in a folder of their own; what cannot be had is noted with the reason. */
final class StagedFiles implements AutoCloseable {

    /** A file that would be larger is left out; readers of bundles take up to 1 GiB. */
    static final long MAX_FILE_BYTES = 512L << 20;

    private static final int MAX_NAME = 255;
    private static final Pattern NAME =
            Pattern.compile("(?!\\.\\.?(/|$))[A-Za-z0-9._-]+(/(?!\\.\\.?(/|$))[A-Za-z0-9._-]+)*");

    private final Path folder;
    private final KnownSecrets secrets;
    private final Map<String, String> checksums = new TreeMap<>();
    private final Map<String, Long> sizes = new TreeMap<>();
    private final List<IncidentManifest.Omission> omitted = new ArrayList<>();

    /** Writes the content of one file. */
    interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /** @param folder that does not exist yet */
    StagedFiles(Path folder, KnownSecrets secrets) {
        this.folder = folder;
        this.secrets = secrets;
        written(() -> SecretFile.createFolder(folder));
    }

    /** Adds a file; if its content cannot be had, that is noted instead. */
    void put(String name, Content content) {
        tried(name, content).ifPresent(reason -> omit(name, reason));
    }

    /** Adds a file if its content can be had here; it may be had elsewhere if not. */
    boolean has(String name, Content content) {
        return tried(name, content).isEmpty();
    }

    /** Why there is no such file; empty if there is. */
    private Optional<String> tried(String name, Content content) {
        if (name.length() > MAX_NAME || !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("expected the name of a file in a bundle, met " + name);
        }
        Path file = folder.resolve(name);
        written(() -> SecretFile.createFolder(Objects.requireNonNullElse(file.getParent(), folder)));
        Counted out = new Counted(open(file));
        try (out) {
            content.writeTo(out);
        } catch (SoniaException e) {
            written(() -> Files.delete(file));
            return Optional.of(e.text());
        } catch (IOException e) {
            written(() -> Files.delete(file));
            return Optional.of(reason(e));
        }
        checksums.put(name, HexFormat.of().formatHex(out.digest.digest()));
        sizes.put(name, out.size);
        return Optional.empty();
    }

    /** Adds a file that holds this value as JSON, redacted. */
    void putJson(String name, Map<String, ? extends @Nullable Object> value) {
        putText(name, Json.text(Redactor.map(value)) + "\n");
    }

    /** Adds a file that holds this text, the known secrets taken out. */
    void putText(String name, String text) {
        put(name, out -> out.write(secrets.hide(text).getBytes(StandardCharsets.UTF_8)));
    }

    /** Notes that something should be here and is not. */
    void omit(String artifact, String reason) {
        omitted.add(new IncidentManifest.Omission(artifact, secrets.hide(Redactor.text(reason))));
    }

    KnownSecrets secrets() {
        return secrets;
    }

    /** The staged content of a file. */
    Path file(String name) {
        return folder.resolve(name);
    }

    Map<String, String> checksums() {
        return Map.copyOf(checksums);
    }

    Map<String, Long> sizes() {
        return Map.copyOf(sizes);
    }

    List<IncidentManifest.Omission> omitted() {
        return List.copyOf(omitted);
    }

    /** Removes the folder. */
    @Override
    public void close() {
        written(() -> {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        });
    }

    /** Without the path: a bundle leaves this machine. */
    static String reason(IOException e) {
        return e instanceof FileSystemException failed && failed.getReason() != null
                ? failed.getReason()
                : e.getClass().getSimpleName();
    }

    private static OutputStream open(Path file) {
        try {
            return new BufferedOutputStream(Files.newOutputStream(file));
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /** Work on the staged files themselves: when that fails, there is no bundle. */
    private interface Writing {
        void run() throws IOException;
    }

    private static void written(Writing writing) {
        try {
            writing.run();
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private static UncheckedIOException unwritable(IOException e) {
        return new UncheckedIOException(e);
    }

    /** Digests and counts what is written. */
    private static final class Counted extends OutputStream {

        private final OutputStream out;
        private final MessageDigest digest = Sha256.newDigest();
        private long size;

        Counted(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int one) {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            size += length;
            if (size > MAX_FILE_BYTES) {
                throw SoniaException.of(
                        ErrorCode.STORAGE_FULL, "it is larger than " + MAX_FILE_BYTES + " bytes: ask for less time");
            }
            digest.update(bytes, offset, length);
            written(() -> out.write(bytes, offset, length));
        }

        @Override
        public void close() {
            written(out::close);
        }
    }
}
