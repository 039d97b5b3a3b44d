package io.sonia.cli;

import io.sonia.journal.JournalConfig;
import io.sonia.journal.PostgresDatabase;
import io.sonia.kernel.Home;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where the journals of a home are. Reads no more of the configuration than that, as {@link Addresses} does. */
final class JournalPlaces {

    private static final String VARIABLE = "SONIA_JOURNAL__";
    private static final String USER = "sonia";

    private final Home home;
    private final JournalConfig config;

    private JournalPlaces(Home home, JournalConfig config) {
        this.home = home;
        this.config = config;
    }

    static JournalPlaces of(Workplace place) {
        Map<?, ?> file = section(place.home());
        String user = value("user", file, place.environment());
        return new JournalPlaces(
                place.home(), new JournalConfig(value("url", file, place.environment()), user == null ? USER : user));
    }

    /** The service's schema in a database server; nothing if it keeps a file. */
    Optional<PostgresDatabase> databaseOf(ServiceName service) {
        return config.databaseOf(service, home);
    }

    private static Map<?, ?> section(Home home) {
        try {
            String text = Files.readString(home.configFile());
            return Json.parseObject(text).get("journal") instanceof Map<?, ?> section ? section : Map.of();
        } catch (IOException | SoniaException unusable) {
            return Map.of();
        }
    }

    private static @Nullable String value(String key, Map<?, ?> file, Map<String, String> environment) {
        String given = environment.get(VARIABLE + key.toUpperCase(Locale.ROOT));
        if (given != null) {
            return given;
        }
        return file.get(key) instanceof String text ? text : null;
    }
}
