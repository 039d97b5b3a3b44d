package io.sonia.cli;

import io.sonia.kernel.Home;
import io.sonia.kernel.Redactor;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.identity.WitnessKey;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Keys and passwords where everybody looks: in the configuration and in the policies. */
final class ConfigSecrets {

    static final String SUBJECT = "secrets";

    private final Home home;

    ConfigSecrets(Home home) {
        this.home = home;
    }

    List<Finding> all() {
        List<String> places = new ArrayList<>();
        for (Path file : files()) {
            try {
                look(file.getFileName().toString(), Json.parse(Files.readString(file)), places);
            } catch (IOException | SoniaException unreadable) {
                // What cannot be read as configuration is refused as such.
            }
        }
        return places.isEmpty()
                ? List.of(Finding.good(SUBJECT, "none in configuration and policies"))
                : List.of(Finding.bad(
                        SUBJECT,
                        "a key or password stands in " + String.join(", ", places),
                        "move it into a file of " + home.secrets() + " or into the environment, and replace it"));
    }

    private List<Path> files() {
        List<Path> files = new ArrayList<>(List.of(home.configFile()));
        try (Stream<Path> policies = Files.list(home.policies())) {
            policies.filter(Files::isRegularFile).sorted().forEach(files::add);
        } catch (IOException none) {
            // There are none yet.
        }
        return files;
    }

    private static void look(String where, @Nullable Object value, List<String> places) {
        switch (value) {
            case Map<?, ?> map ->
                map.forEach((key, item) -> look(where + "." + SafeText.line(String.valueOf(key)), item, places));
            case List<?> list -> list.forEach(item -> look(where, item, places));
            case String text
            when Redactor.holdsSecret(text) && WitnessKey.parse(text).isEmpty() -> places.add(where);
            case null, default -> {}
        }
    }
}
