package io.sonia.cli;

import io.sonia.contracts.memory.Item;
import io.sonia.contracts.memory.ProvenanceChain;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows one memory whole. */
@Command(name = "show", description = "Show one memory whole, and where it came from")
final class MemoryShow implements Callable<Integer> {

    private final Workplace place;

    @Parameters(paramLabel = "<memory>", description = "id of a memory")
    private String id = "";

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    MemoryShow(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        OperatorClient client = OperatorClient.of(place);
        Item item = client.on(Operation.MEMORY_RECALL).path("memory_id", id).send(Item.class);
        if (json) {
            place.screen().line(Json.text(item));
            return ExitCode.OK.code();
        }
        ProvenanceChain chain =
                client.on(Operation.PROV_CHAIN).path("memory_id", id).send(ProvenanceChain.class);
        line("memory", item.id() + ", version " + item.version());
        line("type", item.type() + (item.subtype() == null ? "" : ", " + item.subtype()));
        line("user", item.userId() == null ? "nobody in particular" : item.userId());
        line("created", item.createdAt());
        line(
                "holds",
                (item.validFrom() == null ? "from ever" : "from " + item.validFrom())
                        + (item.validUntil() == null ? ", for ever" : ", until " + item.validUntil()));
        line("replaced by", item.supersededBy() == null ? "nothing" : item.supersededBy());
        line(
                "comes from",
                chain.chain().stream()
                        .map(each -> each.sourceType() + (each.sourceId() == null ? "" : " " + each.sourceId()))
                        .collect(Collectors.joining(", before that ")));
        place.screen().line("");
        place.screen().line(SafeText.of(item.content()));
        return ExitCode.OK.code();
    }

    private void line(String name, Object value) {
        place.screen().line(String.format("%-12s %s", name, SafeText.line(String.valueOf(value))));
    }
}
