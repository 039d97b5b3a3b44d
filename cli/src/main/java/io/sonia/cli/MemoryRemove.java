package io.sonia.cli;

import io.sonia.contracts.memory.DocDeleted;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes a document out of the memory. */
@Command(name = "remove", description = "Take a document out of the memory; the file it was read from stays")
final class MemoryRemove implements Callable<Integer> {

    private final Workplace place;

    @Parameters(paramLabel = "<document>", description = "id of a document")
    private String id = "";

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    MemoryRemove(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        DocDeleted gone = OperatorClient.of(place)
                .on(Operation.DOC_DELETE)
                .path("doc_id", id)
                .send(DocDeleted.class);
        place.screen().line(json ? Json.text(gone) : gone.docId() + " is gone, " + gone.chunksRemoved() + " pieces");
        return ExitCode.OK.code();
    }
}
