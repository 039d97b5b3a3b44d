package io.sonia.evaos.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.Installation;
import io.sonia.contracts.policy.AlertRouting;
import io.sonia.contracts.policy.IncidentEscalation;
import io.sonia.contracts.policy.KnownTools;
import io.sonia.contracts.policy.NetworkAllowlist;
import io.sonia.contracts.policy.PolicySet;
import io.sonia.contracts.policy.RbacToolsMatrix;
import io.sonia.contracts.policy.RiskPolicy;
import io.sonia.contracts.policy.ToolsRollout;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import io.sonia.testkit.Cases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The published schemas in docs/schemas say what the loader says. */
class PolicySchemaTest {

    private static final Path PUBLISHED = Path.of("..", "docs", "schemas");
    private static final String TIME = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
            + "T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?Z$";

    /** What holds between several values, which a schema cannot say; docs/policy.md lists the same. */
    private static final Pattern BETWEEN_VALUES =
            Pattern.compile(".*(another rule has the same rule_id|(rules: .*|entries): no tool is called"
                    + "|no tool of the rule has it|go together only|goes with host only|expected a host name|there is no time zone"
                    + "|from and to are the same|is safe_read and not counted|none of its tools has one"
                    + "|expected a stage for|is listed twice|there is no channel|expected an http or https address).*");

    private static final Map<String, Class<? extends Record>> FILES = Map.of(
            "risk_policy.json", RiskPolicy.class,
            "rbac_tools_matrix.json", RbacToolsMatrix.class,
            "tools_rollout.json", ToolsRollout.class,
            "network_allowlist.json", NetworkAllowlist.class,
            "alert_routing.json", AlertRouting.class,
            "incident_escalation.json", IncidentEscalation.class);

    private static final String RULE = """
            {"rule_id": "one", "priority": 7, "effect": "deny", "tools": ["shell.run"], "tiers": ["guarded_high"],
             "args": {"argv": {"elements": ["git", "**"]}, "cwd": {"glob": "docs/**"}, "argv0": {"in": ["git"]}},
             "roles": ["operator"], "sessions": ["ses_*"], "description": "x",
             "when": {"tainted": true, "times": [{"days": ["monday"], "from": "08:00", "to": "18:00",
                "zone": "Europe/Kyiv"}], "budget": {"calls": 3, "per": "day"}}}""";

    private static final String HOST = """
            {"host": "example.org", "port": 443, "scheme": "https", "methods": ["GET"], "allow_private": false}""";

    private static final String CHANNEL = """
            {"name": "ops", "format": "ntfy", "url": "https://ntfy.example.org/x", "severities": ["S1"],
             "allow_private": false}""";

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "risk_policy",
                "rbac_tools_matrix",
                "tools_rollout",
                "network_allowlist",
                "alert_routing",
                "incident_escalation"
            })
    void whatIsPublishedIsWhatTheRecordsSay(String name) throws IOException {
        Map<String, Object> made = schema(name + ".json");
        Path draft = Files.createDirectories(Path.of("target", "schemas")).resolve(name + ".schema.json");
        Files.writeString(draft, Json.text(made) + "\n");

        assertThat(Json.parseObject(Files.readString(PUBLISHED.resolve(name + ".schema.json"))))
                .as("as in eva-os/" + draft)
                .isEqualTo(Json.parseObject(Json.text(made)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "risk_policy.json",
                "rbac_tools_matrix.json",
                "tools_rollout.json",
                "network_allowlist.json",
                "alert_routing.json",
                "incident_escalation.json"
            })
    void theShippedFilesAreAccepted(String name) throws IOException {
        assertThat(SchemaCheck.accepts(schema(name), Json.parseObject(shipped().get(name))))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "risk_policy.json",
                "rbac_tools_matrix.json",
                "tools_rollout.json",
                "network_allowlist.json",
                "alert_routing.json",
                "incident_escalation.json"
            })
    void aDocumentIsAcceptedBySchemaAndLoaderOrByNeither(String name) throws IOException {
        Map<String, String> texts = shipped();
        Map<String, Object> schema = schema(name);
        AtomicInteger accepted = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        Cases.each(1_500, random -> {
            Map<String, Object> document = Json.parseObject(rich(name, texts.get(name)));
            for (int changes = 1 + random.nextInt(2); changes > 0; changes--) {
                change(random, document);
            }
            Map<String, String> all = new HashMap<>(texts);
            all.put(name, Json.text(document));
            boolean bySchema = SchemaCheck.accepts(schema, Json.parse(all.get(name)));
            List<String> problems = problems(all);
            (bySchema ? accepted : refused).incrementAndGet();
            assertThat(problems.isEmpty()).as("%s %s", problems, all.get(name)).isEqualTo(bySchema);
        });
        assertThat(accepted.get()).isPositive();
        assertThat(refused.get()).isPositive();
    }

    private static List<String> problems(Map<String, String> texts) {
        try {
            PolicySet.of(texts);
            return List.of();
        } catch (SoniaException e) {
            List<String> left = new ArrayList<>();
            ((List<?>) e.details().get("problems")).forEach(each -> left.add(String.valueOf(each)));
            left.removeIf(each -> BETWEEN_VALUES.matcher(each).matches());
            return left;
        }
    }

    private Map<String, String> shipped() {
        Home home = new Home(folder);
        Installation.ensure(home, new Ids(new SecureRandom()));
        return PolicySet.load(home.policies()).texts();
    }

    private static String rich(String name, String text) {
        return switch (name) {
            case "risk_policy.json" -> text.replace("\"rules\": [", "\"rules\": [" + RULE + ",");
            case "network_allowlist.json" -> text.replace("[]", "[" + HOST + "]");
            case "alert_routing.json" -> text.replace("\"channels\": []", "\"channels\": [" + CHANNEL + "]");
            default -> text;
        };
    }

    /** One place of the document gets another value, loses its value or gets one more. */
    @SuppressWarnings("unchecked")
    private static void change(Random random, Object node) {
        boolean deeper = random.nextInt(5) > 0;
        if (node instanceof Map<?, ?> map && !map.isEmpty()) {
            String key = String.valueOf(map.keySet().toArray()[random.nextInt(map.size())]);
            Object child = map.get(key);
            if (deeper && (child instanceof Map || child instanceof List)) {
                change(random, child);
                return;
            }
            Map<String, Object> entries = (Map<String, Object>) map;
            switch (random.nextInt(4)) {
                case 0 -> entries.remove(key);
                case 1 -> entries.put(name(random), value(random));
                default -> entries.put(key, value(random));
            }
        } else if (node instanceof List<?> list && !list.isEmpty()) {
            int at = random.nextInt(list.size());
            Object child = list.get(at);
            if (deeper && (child instanceof Map || child instanceof List)) {
                change(random, child);
            } else {
                ((List<Object>) list).set(at, value(random));
            }
        }
    }

    private static String name(Random random) {
        return List.of("path", "rules", "glob", "in", "labels", "shell.run", "file.delete", "x", "when", "version")
                .get(random.nextInt(10));
    }

    private static Object value(Random random) {
        List<Object> values = List.of(
                0L,
                1L,
                2L,
                -1L,
                70_000L,
                1.5,
                true,
                false,
                "",
                "x",
                "X y",
                "operator",
                "nobody",
                "deny",
                "allow",
                "guarded_low",
                "blocked",
                "on",
                "off",
                "https",
                "GET",
                "08:00",
                "24:00",
                "25:00",
                "monday",
                "UTC",
                "2026-02-03T04:05:06Z",
                "2026-13-03T04:05:06Z",
                "soon",
                "file.*",
                "a".repeat(70),
                "example.org",
                List.of(),
                List.of("*"),
                List.of(1L),
                List.of("operator", "service"),
                Map.of(),
                Map.of("glob", "x"),
                Map.of("x", "on"),
                Map.of("in", List.of()));
        return Json.parse(Json.text(values.get(random.nextInt(values.size()))));
    }

    /** The schema of a file: what its record says, and the names and forms the loader knows beyond it. */
    private static Map<String, Object> schema(String name) {
        Map<String, Object> made = new LinkedHashMap<>();
        made.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        made.put("title", name);
        made.putAll(Json.parseObject(Json.text(Shape.of(FILES.get(name)).schema())));
        at(made, "updated_at").put("pattern", TIME);
        List<String> tools = List.copyOf(new TreeSet<>(KnownTools.NAMES));
        switch (name) {
            case "risk_policy.json" -> {
                named(at(made, "tools"), tools);
                Map<String, Object> rule = items(at(made, "rules"));
                at(rule, "args").put("maxProperties", 20);
                Map<String, Object> condition = object(at(rule, "args").get("additionalProperties"));
                condition.put("minProperties", 1);
                condition.put("maxProperties", 1);
                items(at(rule, "roles")).put("enum", List.of("operator", "observer", "service"));
            }
            case "tools_rollout.json" -> named(at(made, "stages"), tools);
            case "rbac_tools_matrix.json" ->
                at(items(at(made, "entries")), "role").put("enum", List.of("operator", "observer", "service"));
            default -> {}
        }
        return made;
    }

    private static void named(Map<String, Object> map, List<String> tools) {
        map.put("propertyNames", new LinkedHashMap<>(Map.of("enum", tools)));
    }

    private static Map<String, Object> at(Map<String, Object> schema, String property) {
        return object(object(schema.get("properties")).get(property));
    }

    private static Map<String, Object> items(Map<String, Object> schema) {
        return object(schema.get("items"));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Object json) {
        return (Map<String, Object>) json;
    }
}
