package io.sonia.cli;

import io.sonia.contracts.memory.DocList;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists the documents in the memory. */
@Command(name = "documents", description = "List the documents that were read into the memory, newest first")
final class MemoryDocuments implements Callable<Integer> {

    private static final int PAGE = 200;

    private final Workplace place;

    @Option(names = "--type", paramLabel = "<type>", description = "only documents of this type")
    private @Nullable String type;

    @Option(names = "--json", description = "print JSON, a line for each page")
    private boolean json;

    MemoryDocuments(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        OperatorClient client = OperatorClient.of(place);
        Table table = new Table("DOCUMENT", "TYPE", "PIECES", "READ", "FILE", "BEGINS");
        String cursor = null;
        do {
            DocList page = client.on(Operation.DOC_LIST)
                    .query("doc_type", type)
                    .query("limit", PAGE)
                    .query("cursor", cursor)
                    .send(DocList.class);
            if (json) {
                place.screen().line(Json.text(page));
            }
            page.documents()
                    .forEach(each -> table.add(
                            each.docId(),
                            each.docType(),
                            each.chunkCount(),
                            each.ingestedAt(),
                            String.valueOf(each.metadata().get("file")),
                            each.contentPreview()));
            cursor = page.nextCursor();
        } while (cursor != null);
        if (!json) {
            table.show(place.screen());
        }
        return ExitCode.OK.code();
    }
}
