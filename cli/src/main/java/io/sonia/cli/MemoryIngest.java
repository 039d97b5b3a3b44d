package io.sonia.cli;

import io.sonia.contracts.memory.DocFormat;
import io.sonia.contracts.memory.DocIngest;
import io.sonia.contracts.memory.DocIngested;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
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
        description = "Read documents into the memory, so that everybody's questions find what they say",
        footer = {
            "",
            "Plain text and Markdown in UTF-8 of at most 4,000,000 characters, HTML and PDF of at most 6,000,000 bytes; in a",
            "folder, every *.txt, *.md, *.html, *.htm and *.pdf below it. Headings of Markdown and HTML, and pages of PDF and of",
            "text with form feeds, are shown with what is found. A file that is there already is not read again. Scanned",
            "pages have no text and are not read."
        })
final class MemoryIngest implements Callable<Integer> {

    private static final int MOST_FILES = 10_000;
    private static final int MOST_CHARACTERS = 4_000_000;
    private static final int MOST_BYTES_BASE64 = 6_000_000;

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
            String number = (i + 1) + "/" + files.size() + " ";
            DocFormat format = format(file);
            String content = format == DocFormat.TEXT ? text(file) : base64(file);
            if (content == null) {
                failed++;
                place.screen().line(SafeText.line(number + file + ": too large, empty or no text in UTF-8, left out"));
                continue;
            }
            try {
                tell(number + file, ingested(client, file, format, content));
            } catch (SoniaException e) {
                if (e.code() != ErrorCode.INVALID_ARGUMENT) {
                    throw e;
                }
                failed++;
                place.screen().line(SafeText.line(number + file + ": cannot be read: " + reason(e)));
            }
        }
        return failed == 0 ? ExitCode.OK.code() : ExitCode.NEGATIVE.code();
    }

    private DocIngested ingested(OperatorClient client, Path file, DocFormat format, String content) {
        Map<String, @Nullable Object> metadata = Map.of("file", String.valueOf(file.getFileName()));
        return client.on(Operation.DOC_INGEST)
                .body(new DocIngest(content, type, metadata, chunkSize, overlap, format))
                .send(DocIngested.class);
    }

    private void tell(String file, DocIngested made) {
        String line = file + ": " + made.docId() + ", " + made.chunkCount() + " pieces"
                + (made.deduplicated() ? ", was there already" : "");
        place.screen().line(json ? Json.text(made) : SafeText.line(line));
    }

    /** The words of what was found wrong with the content. */
    private static String reason(SoniaException refused) {
        return refused.details().get("violations") instanceof List<?> list
                        && !list.isEmpty()
                        && list.getFirst() instanceof Map<?, ?> violation
                ? String.valueOf(violation.get("message"))
                : refused.text();
    }

    private static DocFormat format(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        if (name.endsWith(".pdf")) {
            return DocFormat.PDF;
        }
        return name.endsWith(".html") || name.endsWith(".htm") ? DocFormat.HTML : DocFormat.TEXT;
    }

    /** Nothing if it is too large. */
    private static @Nullable String base64(Path file) throws IOException {
        long size = Files.size(file);
        return size == 0 || size > MOST_BYTES_BASE64
                ? null
                : Base64.getEncoder().encodeToString(Files.readAllBytes(file));
    }

    private List<Path> files() throws IOException {
        List<Path> all = new ArrayList<>();
        for (Path path : paths) {
            if (Files.isDirectory(path)) {
                try (Stream<Path> below = Files.walk(path)) {
                    below.filter(Files::isRegularFile)
                            .filter(file -> String.valueOf(file.getFileName()).matches("(?i).*\\.(txt|md|html?|pdf)"))
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
