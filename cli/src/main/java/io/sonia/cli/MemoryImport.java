package io.sonia.cli;

import io.sonia.contracts.memory.Item;
import io.sonia.contracts.memory.StoreAnswer;
import io.sonia.contracts.memory.StoreRequest;
import io.sonia.contracts.memory.Subtype;
import io.sonia.contracts.memory.TypedStore;
import io.sonia.contracts.memory.TypedStored;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Reads memories from a file. */
@Command(
        name = "import",
        description = "Store the memories of a file that ./sonia memory export has written",
        footer = {
            "",
            "Each becomes a new memory that was recorded now, with the content, type, metadata, person, session, validity and",
            "source of the former one. A file that is read again within a day adds nothing."
        })
final class MemoryImport implements Callable<Integer> {

    private final Workplace place;

    @Parameters(paramLabel = "<file>", description = "JSON Lines")
    private Path file = Path.of("");

    MemoryImport(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() throws IOException {
        if (!Files.isReadable(file)) {
            throw Failure.of(ExitCode.USAGE, file + " cannot be read", "there is nothing to store", "check the path");
        }
        OperatorClient client = OperatorClient.of(place);
        long stored = 0;
        long number = 0;
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (!line.isBlank()) {
                    store(client, item(line, number), Sha256.hex(line.getBytes(StandardCharsets.UTF_8)));
                    stored++;
                }
            }
        }
        place.screen().line(stored + " memories are stored");
        return ExitCode.OK.code();
    }

    private Item item(String line, long number) {
        try {
            return Shape.of(Item.class).readAnswer(Json.parseObject(line));
        } catch (SoniaException e) {
            throw Failure.of(
                    ExitCode.USAGE,
                    "line " + number + " of " + file + " is no memory",
                    "those before it are stored",
                    "mend the line and read the file again");
        }
    }

    private static void store(OperatorClient client, Item item, String key) {
        @Nullable Subtype subtype = item.subtype();
        if (subtype != null) {
            client.on(Operation.MEMORY_TYPED_STORE)
                    .body(new TypedStore(
                            item.type(),
                            subtype,
                            item.content(),
                            item.metadata(),
                            item.validFrom(),
                            item.validUntil(),
                            item.userId()))
                    .idempotencyKey("import-" + key)
                    .send(TypedStored.class);
            return;
        }
        StoreRequest request = new StoreRequest(
                item.type(),
                item.content(),
                item.metadata(),
                item.userId(),
                item.sessionId(),
                StoreRequest.Priority.NORMAL,
                item.provenance());
        client.on(Operation.MEMORY_STORE)
                .body(request)
                .idempotencyKey("import-" + key)
                .send(StoreAnswer.class);
    }
}
