package io.sonia.router;

import io.sonia.kernel.Home;
import io.sonia.kernel.SecretFile;
import io.sonia.kernel.SoniaException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The key of one provider, kept only in an owner-only file; read again with each probe. */
final class ProviderKey {

    private static final Pattern ONE_LINE = Pattern.compile("[\\x21-\\x7e]{1,512}");

    private final Home home;
    private final Path file;
    private final boolean required;
    private final boolean safeToSend;
    private volatile @Nullable String current;

    /**
     * A key that may be there.
     *
     * @param safeToSend false if the provider's address would carry it in clear text over a network
     */
    ProviderKey(Home home, String provider, boolean required, boolean safeToSend) {
        this.home = home;
        this.file = home.providerKey(provider);
        this.required = required;
        this.safeToSend = safeToSend;
    }

    /** True if the provider cannot be called before somebody writes its key. */
    boolean missing() {
        return required && Files.notExists(file);
    }

    /** The key as last read; empty where there is none. */
    Optional<String> current() {
        return Optional.ofNullable(current);
    }

    /**
     * Reads the file again.
     *
     * @throws SoniaException AUTH_UNAVAILABLE naming what is wrong with the key and the cure
     */
    void refresh() {
        // Calls go on meanwhile with the key as it was.
        String found = null;
        try {
            if (required || Files.exists(file)) {
                found = read();
            }
        } finally {
            current = found;
        }
    }

    private String read() {
        String cure = "write the key into it and run chmod 600 " + file;
        try {
            String key = new String(SecretFile.read(file, cure), StandardCharsets.UTF_8).strip();
            if (!ONE_LINE.matcher(key).matches()) {
                throw SecretFile.refused(file, "does not hold one key", cure);
            }
            if (!safeToSend) {
                throw SecretFile.refused(file, "would travel in clear text", "use an https address");
            }
            return key;
        } catch (SoniaException e) {
            // Shown to callers, who need not know where the house stands.
            throw SoniaException.of(e.code(), e.text().replace(home.root() + "/", ""));
        }
    }
}
