package io.sonia.verifier;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The commands of the jar; each leaves what it found in the report. */
final class Commands {

    private static final int MAX_KEY_FILE_BYTES = 65_536;

    private final Invocation invocation;
    private final Report report = new Report();

    private Commands(Invocation invocation) {
        this.invocation = invocation;
    }

    static Report run(Invocation invocation) {
        Commands commands = new Commands(invocation);
        try {
            commands.verify();
        } catch (Refusal refusal) {
            commands.report.refused(refusal);
        } catch (InvalidPathException | FileSystemException e) {
            commands.report.refused(Refusal.of(Reason.UNREADABLE, "cannot be read: " + e.getMessage()));
        } catch (IOException e) {
            commands.report.refused(Refusal.of(Reason.UNREADABLE, "a file cannot be read"));
        }
        return commands.report;
    }

    private void verify() throws IOException {
        report.put("command", invocation.command().word());
        report.put("file", String.join(" ", invocation.files()));
        KeyRing keys = keys();
        Path file = Path.of(invocation.files().getFirst());
        switch (invocation.command()) {
            case EXPORT -> export(file, keys);
            case TILES -> tiles(file, keys);
            case PROOF -> Proof.verified(read(file, Proof.MAX_BYTES), keys).tell(report);
            case BUNDLE -> bundle(file, keys);
            case CHECKPOINT -> checkpoint(file, keys).tell(report);
            case COMPARE ->
                new Comparison(file, Path.of(invocation.files().getLast()), keys, invocation.tailAllowed())
                        .verify(report);
        }
    }

    private KeyRing keys() throws IOException {
        List<String> texts = new ArrayList<>();
        for (String each : invocation.keyFiles()) {
            try {
                texts.add(Checkpoint.text(read(Path.of(each), MAX_KEY_FILE_BYTES)));
            } catch (Refusal refusal) {
                throw Refusal.of(Reason.UNKNOWN_FORMAT, "no key file: " + refusal.message());
            }
        }
        return KeyRing.parse(texts);
    }

    private void export(Path file, KeyRing keys) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            Export export = Export.open(in, keys, -1);
            export.toEnd();
            export.requireAttested(invocation.tailAllowed());
            export.header().tell(report);
        }
    }

    private void tiles(Path file, KeyRing keys) throws IOException {
        try (FileTree files = Files.isDirectory(file) ? new Folder(file) : archive(file)) {
            if (!files.names().contains("checkpoint")) {
                throw Refusal.of(Reason.UNKNOWN_FORMAT, "there is no checkpoint");
            }
            TileLog.verified(files, keys).tell(report);
        }
    }

    private void bundle(Path file, KeyRing keys) throws IOException {
        try (FileTree files = archive(file)) {
            IncidentBundle.verify(files, keys, invocation.tailAllowed(), report);
        }
    }

    private static Archive archive(Path file) throws IOException {
        if (!Archive.isArchive(file)) {
            throw Refusal.of(Reason.UNKNOWN_FORMAT, "the file is no zip archive");
        }
        return new Archive(file);
    }

    /** A file that is one note. */
    static Checkpoint checkpoint(Path file, KeyRing keys) throws IOException {
        byte[] note = read(file, Checkpoint.MAX_BYTES);
        if (!new String(note, StandardCharsets.UTF_8).startsWith(Checkpoint.START)) {
            throw Refusal.of(Reason.UNKNOWN_FORMAT, "the file is no checkpoint of an installation");
        }
        return Checkpoint.verified(note, keys);
    }

    private static byte[] read(Path file, int most) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(most + 1);
            if (bytes.length > most) {
                throw Refusal.of(Reason.UNKNOWN_FORMAT, "the file is longer than " + most + " bytes");
            }
            return bytes;
        }
    }
}
