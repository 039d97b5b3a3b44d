package io.sonia.cli;

import io.sonia.contracts.memory.DocIngest;
import io.sonia.contracts.memory.DocIngested;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Reads files into the memory. */
@Command(
        name = "ingest",
        description = "Read text files into the memory, so that everybody's questions find what they say",
        footer = {
            "",
            "Plain text and Markdown in UTF-8, at most 4,000,000 characters each; in a folder, every *.txt and *.md below it.",
            "Headings of Markdown and page ends (form feeds) are shown with what is found. A text that is there already is",
            "not read again. Other formats have to be converted first, such as with pdftotext."
        })
final class MemoryIngest implements Callable<Integer> {

    private static final int MOST_FILES = 10_000;
    private static final int MOST_CHARACTERS = 4_000_000;

    /** Of one character in UTF-8. */
    private static final long MOST_BYTES = 4;

    private final Workplace place;

    @Parameters(arity = "1..*", paramLabel = "<file>", description = "files or folders")
    private List<Path> paths = List.of();

    @Option(
            names = "--type",
            paramLabel = "<type>",
            description = "what kind of documents they are, up to 64 characters")
    private String type = "text";

    @Option(names = "--chunk-size", paramLabel = "<n>", description = "characters of one piece (200 to 4000)")
    private int chunkSize = 800;

    @Option(names = "--overlap", paramLabel = "<n>", description = "characters that a piece repeats of the one before")
    private int overlap = 100;

    @Option(names = "--json", description = "print JSON, a line for each file")
    private boolean json;

    MemoryIngest(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() throws IOException {
        OperatorClient client = OperatorClient.of(place);
        int failed = 0;
        List<Path> files = files();
        for (int i = 0; i < files.size(); i++) {
            Path file = files.get(i);
            String text = text(file);
            if (text == null) {
                failed++;
                place.screen().line(SafeText.line(file + ": no text in UTF-8 of up to 4,000,000 characters, left out"));
                continue;
            }
            DocIngested made = client.on(Operation.DOC_INGEST)
                    .body(new DocIngest(
                            text, type, Map.of("file", String.valueOf(file.getFileName())), chunkSize, overlap))
                    .send(DocIngested.class);
            place.screen()
                    .line(
                            json
                                    ? Json.text(made)
                                    : SafeText.line(
                                            (i + 1) + "/" + files.size() + " " + file + ": " + made.docId() + ", "
                                                    + made.chunkCount() + " pieces"
                                                    + (made.deduplicated() ? ", was there already" : "")));
        }
        return failed == 0 ? ExitCode.OK.code() : ExitCode.NEGATIVE.code();
    }

    private List<Path> files() throws IOException {
        List<Path> all = new ArrayList<>();
        for (Path path : paths) {
            if (Files.isDirectory(path)) {
                try (Stream<Path> below = Files.walk(path)) {
                    below.filter(Files::isRegularFile)
                            .filter(file -> String.valueOf(file.getFileName()).matches("(?i).*\\.(txt|md)"))
                            .sorted()
                            .limit(MOST_FILES)
                            .forEach(all::add);
                }
            } else if (Files.isRegularFile(path)) {
                all.add(path);
            } else {
                throw Failure.of(ExitCode.USAGE, path + " is no file", "there is nothing to read", "check the path");
            }
        }
        return all;
    }

    /** Nothing if it cannot be read into the memory as it is. */
    private static @Nullable String text(Path file) throws IOException {
        if (Files.size(file) > MOST_BYTES * MOST_CHARACTERS) {
            return null;
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
                    .toString();
            return text.isBlank() || text.length() > MOST_CHARACTERS || text.indexOf('\0') >= 0 ? null : text;
        } catch (CharacterCodingException noText) {
            return null;
        }
    }
}
