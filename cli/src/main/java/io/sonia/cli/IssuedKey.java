package io.sonia.cli;

import io.sonia.kernel.SecretFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A key that was issued this moment: it goes to the screen once, or to a file that only its owner may read. */
record IssuedKey(Workplace place, @Nullable Path file) {

    /** @throws Failure if the file is there already, before any key is made */
    static IssuedKey to(Workplace place, @Nullable Path file) {
        if (file != null && Files.exists(file)) {
            throw Failure.of(
                    ExitCode.USAGE, file + " is there already", "a key replaces no file", "name a file that is new");
        }
        return new IssuedKey(place, file);
    }

    void show(@Nullable String key) throws IOException {
        String text = key == null ? "" : key;
        if (file == null) {
            place.screen().line(text);
            place.screen().remark("the key is shown this once; who has it acts as its owner");
        } else {
            write(file, text);
            place.screen().remark("the key is in " + file + ", for its owner only");
        }
    }

    static void write(Path file, String key) throws IOException {
        SecretFile.write(file, (key + "\n").getBytes(StandardCharsets.US_ASCII));
    }
}
