package io.sonia.memory;

import io.sonia.contracts.memory.DocFormat;
import io.sonia.contracts.memory.DocIngest;
import io.sonia.contracts.memory.DocIngested;
import io.sonia.contracts.memory.StoreRequest;
import io.sonia.kernel.Clock;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A process that stores memories, or reads documents in, until it is killed, and prints the id and the word of each that
 * was acknowledged.
 */
final class StoringProcess {

    private static final int CALLERS = 8;

    /** Pages of a document. */
    static final int PAGES = 20;

    private StoringProcess() {}

    /** Takes the database, a letter that begins this life's words, and {@code documents} if it is about those. */
    public static void main(String[] args) throws Exception {
        MemoryFixture fixture = new MemoryFixture(Path.of(args[0]), Clock.system());
        try (ExecutorService pool = Executors.newFixedThreadPool(CALLERS)) {
            for (int caller = 0; caller < CALLERS; caller++) {
                String prefix = args[1] + (char) ('a' + caller);
                pool.execute(
                        args.length > 2 ? () -> ingestForEver(fixture, prefix) : () -> storeForEver(fixture, prefix));
            }
        }
    }

    private static void storeForEver(MemoryFixture fixture, String prefix) {
        for (int i = 0; ; i++) {
            String word = prefix + i;
            String id = fixture.store(StoreRequest.of("fact", "the word is " + word, "usr_1"))
                    .id();
            tell(id, word);
        }
    }

    /** Each document has a piece for each of its pages. */
    private static void ingestForEver(MemoryFixture fixture, String prefix) {
        for (int i = 0; ; i++) {
            String word = prefix + i;
            String text = ("the word is " + word + "\f").repeat(PAGES);
            DocIngest document = new DocIngest(text, "text", Map.of(), 200, 0, DocFormat.TEXT);
            Reply reply = fixture.documents.ingest(fixture.call(Operation.DOC_INGEST, document));
            tell(((DocIngested) ((Reply.Enveloped) reply).data()).docId(), word);
        }
    }

    private static void tell(String id, String word) {
        synchronized (System.out) {
            System.out.println(id + " " + word);
        }
    }
}
