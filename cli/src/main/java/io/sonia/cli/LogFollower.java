package io.sonia.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what is added to a log file from now on, also after it was rotated away and a new one began. */
final class LogFollower {

    private static final int BLOCK = 64 * 1024;

    private final Path file;
    private final ByteArrayOutputStream unfinished = new ByteArrayOutputStream();
    private @Nullable FileChannel channel;
    private @Nullable Object key;

    /** Begins at the present end of the file; a file that appears later is read whole. */
    LogFollower(Path file) throws IOException {
        this.file = file;
        open();
        if (channel != null) {
            channel.position(channel.size());
        }
    }

    /** The lines that were finished since the last call. */
    List<String> poll() throws IOException {
        List<String> lines = new ArrayList<>();
        read(lines);
        if (rotated()) {
            read(lines); // what came before the move
            close();
            open();
            read(lines);
        }
        return lines;
    }

    private boolean rotated() {
        try {
            Object now = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
            return !java.util.Objects.equals(now, key);
        } catch (IOException notThere) {
            return false; // between the move and the new file
        }
    }

    private void open() throws IOException {
        try {
            channel = FileChannel.open(file);
            key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (NoSuchFileException notYet) {
            channel = null;
            key = null;
        }
    }

    private void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
        unfinished.reset();
    }

    private void read(List<String> lines) throws IOException {
        if (channel == null) {
            return;
        }
        ByteBuffer buffer = ByteBuffer.allocate(BLOCK);
        while (channel.read(buffer) > 0) {
            buffer.flip();
            while (buffer.hasRemaining()) {
                byte next = buffer.get();
                if (next == '\n') {
                    lines.add(unfinished.toString(StandardCharsets.UTF_8));
                    unfinished.reset();
                } else {
                    unfinished.write(next);
                }
            }
            buffer.clear();
        }
    }
}
