package io.sonia.cli;

import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Texts of one section of the configuration, read without checking the rest: for commands that work without it too. */
final class ConfigGlance {

    private final Map<?, ?> file;
    private final String variable;
    private final Map<String, String> environment;

    private ConfigGlance(Map<?, ?> file, String variable, Map<String, String> environment) {
        this.file = file;
        this.variable = variable;
        this.environment = environment;
    }

    static ConfigGlance at(Workplace place, String section) {
        String variable = "SONIA_" + section.toUpperCase(Locale.ROOT) + "__";
        return new ConfigGlance(section(place, section), variable, place.environment());
    }

    @Nullable
    String text(String key) {
        String given = environment.get(variable + key.toUpperCase(Locale.ROOT));
        if (given != null) {
            return given;
        }
        return file.get(key) instanceof String text ? text : null;
    }

    private static Map<?, ?> section(Workplace place, String name) {
        try {
            String text = Files.readString(place.home().configFile());
            return Json.parseObject(text).get(name) instanceof Map<?, ?> section ? section : Map.of();
        } catch (IOException | SoniaException unusable) {
            return Map.of();
        }
    }
}
