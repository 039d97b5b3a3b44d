package io.sonia.contracts.incident;

import io.sonia.kernel.Home;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The configuration and the policy, the secrets masked. */
final class SettingsCopy {

    private static final long MAX_BYTES = 4 << 20;
    private static final int MAX_POLICIES = 100;

    /** Of the environment; the rest is nobody's business. */
    private static final List<String> PREFIXES = List.of("SONIA_", "SOFIIA_");

    private final IncidentSources sources;
    private final StagedFiles files;

    SettingsCopy(IncidentSources sources, StagedFiles files) {
        this.sources = sources;
        this.files = files;
    }

    void write() {
        Home home = sources.home();
        copy("config/sonia-config.json", home.configFile());
        for (Path policy : policies(home)) {
            copy("config/policies/" + policy.getFileName(), policy);
        }
        files.putJson("config/environment.json", environment());
        copyKeys(home.notaryPublicKeys());
    }

    /** What is no JSON is left out: its secrets could not be told from the rest. */
    private void copy(String name, Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                files.omit(name, "it is larger than " + MAX_BYTES + " bytes");
                return;
            }
            files.putJson(name, Json.parseObject(Files.readAllBytes(file)));
        } catch (NoSuchFileException e) {
            files.omit(name, "it is not there");
        } catch (IOException e) {
            files.omit(name, StagedFiles.reason(e));
        } catch (SoniaException malformed) {
            files.omit(name, "it is no JSON object");
        }
    }

    private List<Path> policies(Home home) {
        try (Stream<Path> all = Files.list(home.policies())) {
            return all.filter(file -> String.valueOf(file.getFileName()).matches("[A-Za-z0-9_-]{1,100}\\.json"))
                    .sorted()
                    .limit(MAX_POLICIES)
                    .toList();
        } catch (IOException e) {
            files.omit("config/policies", StagedFiles.reason(e));
            return List.of();
        }
    }

    private Map<String, @Nullable Object> environment() {
        Map<String, @Nullable Object> settings = new TreeMap<>();
        sources.environment().forEach((name, value) -> {
            if (PREFIXES.stream().anyMatch(name::startsWith)) {
                settings.put(name, value);
            }
        });
        return settings;
    }

    /** A convenience: who checks a bundle takes the keys from elsewhere. */
    private void copyKeys(Path file) {
        try {
            files.putText("keys/notary.pub", Files.readString(file));
        } catch (IOException e) {
            files.omit("keys/notary.pub", StagedFiles.reason(e));
        }
    }
}
