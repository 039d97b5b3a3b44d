package io.sonia.openclaw;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The forms of paths, commands and addresses that are tried, one JSON object in a line, each with the codes expected. */
public final class Corpus {

    private Corpus() {}

    /** The lines of a file beside this class. */
    public static List<Map<String, @Nullable Object>> lines(String file) {
        try (InputStream in = Objects.requireNonNull(Corpus.class.getResourceAsStream(file), file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(Json::parseObject)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Something that is tried. */
    public interface Attempt {
        void make() throws IOException;
    }

    /** The code it ends with. */
    public static ErrorCode code(Attempt attempt) throws IOException {
        try {
            attempt.make();
            return ErrorCode.OK;
        } catch (SoniaException e) {
            return e.code();
        }
    }
}
