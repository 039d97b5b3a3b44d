package io.sonia.cli;

import io.sonia.contracts.memory.Stats;
import io.sonia.contracts.memory.TypeList;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes memories to a file. */
@Command(
        name = "export",
        description = "Write all memories that are in force to a new file as JSON Lines, readable by you alone",
        footer = {
            "",
            "Pieces of documents are left out unless --documents is given; ./sonia memory import reads the file."
        })
final class MemoryExport implements Callable<Integer> {

    private static final int PAGE = 1_000;
    private static final String DOCUMENT = "document";

    private final Workplace place;

    @Parameters(paramLabel = "<file>", description = "a file that does not exist yet")
    private Path file = Path.of("");

    @Option(names = "--documents", description = "the pieces of documents too")
    private boolean documents;

    MemoryExport(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() throws IOException {
        OperatorClient client = OperatorClient.of(place);
        Stats stats = client.on(Operation.MEMORY_STATS).send(Stats.class);
        if (Files.exists(file)) {
            throw Failure.of(ExitCode.USAGE, file + " is there already", "nothing is overwritten", "name another file");
        }
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        long written = 0;
        try (BufferedWriter out = Files.newBufferedWriter(file, StandardCharsets.UTF_8, StandardOpenOption.WRITE)) {
            Set<String> types = stats.byType().keySet();
            for (String type : types) {
                if (documents || !type.equals(DOCUMENT)) {
                    written += written(client, type, out);
                }
            }
        }
        place.screen().line(written + " memories in " + file);
        return ExitCode.OK.code();
    }

    private static long written(OperatorClient client, String type, BufferedWriter out) throws IOException {
        long written = 0;
        String cursor = null;
        do {
            TypeList page = client.on(Operation.MEMORY_BY_TYPE)
                    .path("type", type)
                    .query("limit", PAGE)
                    .query("cursor", cursor)
                    .send(TypeList.class);
            for (var item : page.results()) {
                out.write(Json.text(item));
                out.write('\n');
                written++;
            }
            cursor = page.nextCursor();
        } while (cursor != null);
        return written;
    }
}
