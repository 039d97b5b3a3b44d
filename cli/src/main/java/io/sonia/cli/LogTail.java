package io.sonia.cli;

import io.sonia.kernel.ServiceName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** The newest lines of log files, read from their ends, older files of a rotation included. */
final class LogTail {

    private static final int BLOCK = 64 * 1024;

    /** Most that is read for one file, however long its lines are. */
    private static final int MAX_BYTES = 16 * 1024 * 1024;

    private static final int OLD_FILES = 100;
    private static final int ERROR_LINES = 200;

    private final Workplace place;

    LogTail(Workplace place) {
        this.place = place;
    }

    /** The last lines of the services' logs together, by time. */
    List<LogLine> merged(Collection<ServiceName> services, int count) throws IOException {
        List<LogLine> lines = new ArrayList<>();
        for (ServiceName service : services) {
            last(place.home().log(service), count).forEach(line -> lines.add(new LogLine(line)));
        }
        lines.sort(Comparator.comparing(LogLine::timestamp));
        return lines.subList(Math.max(0, lines.size() - count), lines.size());
    }

    /** The last error of each service, ready to be shown. */
    List<String> lastErrors(Collection<ServiceName> services) {
        List<String> shown = new ArrayList<>();
        for (ServiceName service : services) {
            try {
                merged(List.of(service), ERROR_LINES).stream()
                        .filter(LogLine::isError)
                        .reduce((first, second) -> second)
                        .ifPresent(line -> shown.add("  " + line.shown(place.screen())));
            } catch (IOException unreadable) {
                shown.add("  " + service + ": " + Reason.of(unreadable));
            }
        }
        return shown;
    }

    /** The last lines of a file and, if it has too few, of those it was rotated to. */
    static List<String> last(Path file, int count) throws IOException {
        List<String> lines = new ArrayList<>();
        for (int old = 0; old < OLD_FILES && lines.size() < count; old++) {
            Path each = old == 0 ? file : file.resolveSibling(file.getFileName() + "." + old);
            if (!Files.exists(each)) {
                break;
            }
            lines.addAll(0, end(each, count - lines.size()));
        }
        return lines;
    }

    private static List<String> end(Path file, int count) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            long start = channel.size();
            List<byte[]> blocks = new ArrayList<>();
            int breaks = 0;
            while (start > 0 && breaks <= count && channel.size() - start < MAX_BYTES) {
                int size = (int) Math.min(BLOCK, start);
                start -= size;
                byte[] block = read(channel, start, size);
                blocks.addFirst(block);
                breaks += breaks(block);
            }
            ByteArrayOutputStream whole = new ByteArrayOutputStream();
            blocks.forEach(whole::writeBytes);
            List<String> lines = whole.toString(StandardCharsets.UTF_8).lines().toList();
            int first = Math.max(start > 0 ? 1 : 0, lines.size() - count);
            return lines.subList(Math.min(first, lines.size()), lines.size());
        }
    }

    private static byte[] read(FileChannel channel, long from, int size) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(size);
        while (buffer.hasRemaining() && channel.read(buffer, from + buffer.position()) >= 0) {
            // Files only grow, so the bytes are there.
        }
        return buffer.array();
    }

    private static int breaks(byte[] block) {
        int found = 0;
        for (byte each : block) {
            if (each == '\n') {
                found++;
            }
        }
        return found;
    }
}
