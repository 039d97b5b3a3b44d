package io.sonia.gates.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A drill that was run as a command against the distribution of this build. */
record Drilled(int code, String said, List<Map<String, Object>> drills) {

    static Drilled run(Path folder, String... words) throws Exception {
        return run(System.getenv().getOrDefault("PATH", "/usr/bin:/bin"), folder, words);
    }

    @SuppressWarnings("unchecked")
    static Drilled run(String searchPath, Path folder, String... words) throws Exception {
        Path json = folder.resolve("drill.json");
        List<String> all = new ArrayList<>(List.of(words));
        all.add("--json=" + json);
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        Distribution dist = new Distribution(root().resolve("dist"), searchPath);
        int code = new Drills(dist, new PrintStream(said, true, StandardCharsets.UTF_8)).run(all);
        List<Map<String, Object>> drills = Files.exists(json)
                ? (List<Map<String, Object>>)
                        Json.parseObject(Files.readString(json)).get("drills")
                : List.of();
        return new Drilled(code, said.toString(StandardCharsets.UTF_8), drills);
    }

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        return folder.endsWith("gates") ? folder.getParent() : folder;
    }

    Drilled held() {
        assertThat(code).as(said).isZero();
        return this;
    }

    long cases(int drill) {
        return (Long) drills.get(drill).get("cases");
    }

    @SuppressWarnings("unchecked")
    Map<String, Object> counts(int drill) {
        return (Map<String, Object>) drills.get(drill).get("counts");
    }
}
