package io.sonia.contracts.incident;

import io.sonia.kernel.KnownSecrets;
import io.sonia.kernel.Redactor;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The lines of logs that belong to an incident, redacted once more. */
final class LogWindow {

    /** Read of one service's log, the newest files first. */
    private static final long MAX_READ_BYTES = 256L << 20;

    private static final int MAX_LINE_BYTES = 256 * 1024;
    private static final int MAX_OLD_FILES = 100;

    /** Kept of a file without times. */
    private static final int TAIL_BYTES = 64 * 1024;

    private static final String TIME = "{\"timestamp\":\"";
    private static final int TIME_LENGTH = "2026-01-01T00:00:00.000Z".length();

    private final IncidentScope scope;
    private final KnownSecrets secrets;
    private int longLines;
    private int missedFiles;

    LogWindow(IncidentScope scope, KnownSecrets secrets) {
        this.scope = scope;
        this.secrets = secrets;
    }

    /** Copies from a log and the files it was rotated to, oldest line first. */
    void copy(Path log, OutputStream out) throws IOException {
        List<Path> files = files(log);
        for (Path file : files) {
            try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
                copyLines(in, out);
            } catch (NoSuchFileException rotatedMeanwhile) {
                missedFiles++;
            }
        }
        if (files.isEmpty()) {
            throw new NoSuchFileException(log.toString(), null, "there is no log");
        }
    }

    /** Copies the end of a file that processes wrote beside their logs and that has no times. */
    void copyTail(Path file, OutputStream out) throws IOException {
        if (!scope.touches(Files.getLastModifiedTime(file).toInstant())) {
            throw new NoSuchFileException(file.toString(), null, "nothing was written to it in this time");
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            long skipped = Math.max(0, Files.size(file) - TAIL_BYTES);
            in.skipNBytes(skipped);
            int first = in.read();
            if (skipped > 0) {
                // What is left of a line might be half a secret.
                nextLine(in, first);
                first = in.read();
            }
            for (; first >= 0; first = in.read()) {
                write(nextLine(in, first), out);
            }
        }
    }

    /** What was passed over because it is too much, in words; empty if nothing was. */
    Optional<String> passedOver() {
        if (longLines == 0 && missedFiles == 0) {
            return Optional.empty();
        }
        return Optional.of(longLines + " lines are longer than " + MAX_LINE_BYTES + " bytes, and " + missedFiles
                + " older files are beyond " + MAX_READ_BYTES + " bytes or were rotated away");
    }

    /** The oldest first, as many as may be read. */
    private List<Path> files(Path log) throws IOException {
        List<Path> files = new ArrayList<>();
        long size = 0;
        for (int old = 0; old < MAX_OLD_FILES; old++) {
            Path file = old == 0 ? log : log.resolveSibling(log.getFileName() + "." + old);
            if (!Files.isRegularFile(file)) {
                break;
            }
            size += Files.size(file);
            if (size > MAX_READ_BYTES && old > 0) {
                missedFiles++;
            } else {
                files.addFirst(file);
            }
        }
        return files;
    }

    private void copyLines(InputStream in, OutputStream out) throws IOException {
        for (int first = in.read(); first >= 0; first = in.read()) {
            String line = nextLine(in, first);
            if (scope.covers(time(line), line)) {
                write(line, out);
            }
        }
    }

    private void write(String line, OutputStream out) throws IOException {
        out.write((secrets.hide(Redactor.line(line)) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static String time(String line) {
        if (line.startsWith(TIME) && line.length() > TIME.length() + TIME_LENGTH) {
            return line.substring(TIME.length(), TIME.length() + TIME_LENGTH);
        }
        try {
            return String.valueOf(Json.parseObject(line).get("timestamp"));
        } catch (SoniaException noJson) {
            return "";
        }
    }

    /** The line that begins with this byte; one that is too long is left out as a whole. */
    private String nextLine(InputStream in, int first) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(512);
        long length = 0;
        for (int each = first; each >= 0 && each != '\n'; each = in.read()) {
            length++;
            if (length <= MAX_LINE_BYTES) {
                line.write(each);
            }
        }
        if (length > MAX_LINE_BYTES) {
            longLines++;
            return "";
        }
        return line.toString(StandardCharsets.UTF_8);
    }
}
