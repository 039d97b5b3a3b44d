package io.sonia.cli;

import io.sonia.kernel.Home;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Looks for a text, byte by byte, in every file that SONIA keeps in its home; the workspace is the person's own. */
final class TextInFiles {

    private static final int CHUNK = 1 << 20;

    private final Home home;

    TextInFiles(Home home) {
        this.home = home;
    }

    /** The files that hold the text in UTF-8, relative to the home. */
    List<Path> holding(String text) {
        byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
        List<Path> holding = new ArrayList<>();
        try (Stream<Path> files = Files.walk(home.root())) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                if (!file.startsWith(home.workspace()) && holds(file, wanted)) {
                    holding.add(home.root().relativize(file));
                }
            }
            return holding;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads in pieces that overlap by the length of the text. */
    private static boolean holds(Path file, byte[] wanted) throws IOException {
        byte[] buffer = new byte[CHUNK + wanted.length];
        int kept = 0;
        try (InputStream in = Files.newInputStream(file)) {
            int read;
            while ((read = in.readNBytes(buffer, kept, CHUNK)) > 0) {
                int end = kept + read;
                if (holds(buffer, end, wanted)) {
                    return true;
                }
                kept = Math.min(wanted.length - 1, end);
                System.arraycopy(buffer, end - kept, buffer, 0, kept);
            }
            return false;
        } catch (NoSuchFileException goneMeanwhile) {
            return false;
        }
    }

    private static boolean holds(byte[] bytes, int end, byte[] wanted) {
        for (int at = 0; at + wanted.length <= end; at++) {
            int same = 0;
            while (same < wanted.length && bytes[at + same] == wanted[same]) {
                same++;
            }
            if (same == wanted.length) {
                return true;
            }
        }
        return false;
    }
}
