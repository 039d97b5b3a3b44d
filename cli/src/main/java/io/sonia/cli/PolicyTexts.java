package io.sonia.cli;

import io.sonia.contracts.policy.PolicySet;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The policy files an operator names, by the names they have in the policy folder. */
final class PolicyTexts {

    private static final int MAX_BYTES = 1024 * 1024;

    private PolicyTexts() {}

    /** One file, or every JSON file of a folder. */
    static Map<String, String> read(Path place) throws IOException {
        Map<String, String> texts = new LinkedHashMap<>();
        for (Path file : Files.isDirectory(place) ? filesOf(place) : List.of(place)) {
            String text = text(file);
            texts.put(name(file, text), text);
        }
        if (texts.isEmpty()) {
            throw refused(place, "there is no policy file in it");
        }
        return texts;
    }

    /** Several files and folders together; of two texts for one name the later counts. */
    static Map<String, String> read(List<Path> places) throws IOException {
        Map<String, String> texts = new LinkedHashMap<>();
        for (Path place : places) {
            texts.putAll(read(place));
        }
        return texts;
    }

    /**
     * The policy of a home with these files in place of its own.
     *
     * @throws SoniaException CONFIG_INVALID
     */
    static PolicySet over(Workplace place, List<Path> files) throws IOException {
        if (files.isEmpty()) {
            return PolicySet.load(place.home().policies());
        }
        Map<String, String> texts = read(files);
        // Files of one's own that are whole need no home.
        return texts.keySet().containsAll(PolicySet.FILES)
                ? PolicySet.of(texts)
                : PolicySet.load(place.home().policies()).with(texts);
    }

    /** Everything wrong with a policy, a line each. */
    static List<String> problems(SoniaException refused) {
        return refused.details().get("problems") instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of(refused.text());
    }

    private static List<Path> filesOf(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(
                            each -> PolicySet.FILES.contains(each.getFileName().toString()))
                    .sorted()
                    .toList();
        }
    }

    private static String text(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw refused(file, "it is larger than " + MAX_BYTES + " bytes");
        }
        return Files.readString(file);
    }

    /** A file with a name of its own is known by the member that only its kind has. */
    private static String name(Path file, String text) {
        String name = file.getFileName().toString();
        if (PolicySet.FILES.contains(name)) {
            return name;
        }
        try {
            Map<String, ?> json = Json.parseObject(text);
            if (json.containsKey("rules")) {
                return "risk_policy.json";
            }
            if (json.containsKey("routes")) {
                return "alert_routing.json";
            }
            if (json.containsKey("ladders")) {
                return "incident_escalation.json";
            }
            if (json.containsKey("stages")) {
                return "tools_rollout.json";
            }
            if (json.containsKey("entries")) {
                return text.contains("\"role\"") ? "rbac_tools_matrix.json" : "network_allowlist.json";
            }
        } catch (SoniaException notJson) {
            throw refused(file, "it is not JSON");
        }
        throw refused(file, "it is none of " + String.join(", ", PolicySet.FILES));
    }

    private static Failure refused(Path file, String cause) {
        return Failure.of(ExitCode.USAGE, file + " is refused", cause, "name a policy file or folder");
    }
}
