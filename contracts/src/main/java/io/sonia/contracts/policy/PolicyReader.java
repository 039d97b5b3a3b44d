package io.sonia.contracts.policy;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Nearest;
import io.sonia.kernel.json.Shape;
import io.sonia.kernel.json.Violations;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads policy files, from a folder or as texts, and collects everything wrong with them. */
final class PolicyReader {

    static final String RISK = "risk_policy.json";
    static final String RBAC = "rbac_tools_matrix.json";
    static final String ROLLOUT = "tools_rollout.json";
    static final String NETWORK = "network_allowlist.json";
    static final String ALERTS = "alert_routing.json";
    static final String ESCALATION = "incident_escalation.json";
    static final List<String> NAMES = List.of(RISK, RBAC, ROLLOUT, NETWORK, ALERTS, ESCALATION);

    /** Sets that were made before there were these files do without: what is shipped holds in their place. */
    private static final List<String> OPTIONAL = List.of(ALERTS, ESCALATION);

    private static final long MAX_BYTES = 1024 * 1024;

    private final Function<String, Optional<byte[]>> source;
    private final Map<String, String> texts = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();
    private final List<PolicyFile> files = new ArrayList<>();

    /** @param folder null to read {@code given}, file name to text */
    PolicyReader(@Nullable Path folder, Map<String, String> given) {
        this.source = folder == null ? name -> text(name, given) : name -> bytes(name, folder.resolve(name));
        checkNames(folder == null ? given.keySet() : namesIn(folder));
    }

    /** @param place what is told of where the files are */
    PolicySet read(String place) {
        RiskPolicy risk = file(RISK, RiskPolicy.class);
        RbacToolsMatrix rbac = file(RBAC, RbacToolsMatrix.class);
        ToolsRollout rollout = file(ROLLOUT, ToolsRollout.class);
        NetworkAllowlist network = file(NETWORK, NetworkAllowlist.class);
        AlertPolicy alerts = alerts();
        PolicyChecks checks = new PolicyChecks(problems::add);
        if (rollout != null) {
            checks.rollout(rollout);
        }
        if (risk != null) {
            checks.risk(risk, rollout);
        }
        if (rbac != null) {
            checks.rbac(rbac);
        }
        if (network != null) {
            checks.network(network);
        }
        if (risk == null
                || rbac == null
                || rollout == null
                || network == null
                || alerts == null
                || !problems.isEmpty()) {
            throw refusal(place);
        }
        List<PolicyFile> read = List.copyOf(files);
        return new PolicySet(risk, rbac, rollout, network, alerts, read, Map.copyOf(texts), PolicySet.digest(read));
    }

    private @Nullable AlertPolicy alerts() {
        AlertRouting routing = file(ALERTS, AlertRouting.class);
        IncidentEscalation escalation = file(ESCALATION, IncidentEscalation.class);
        if (routing == null || escalation == null) {
            return null;
        }
        AlertPolicy alerts = new AlertPolicy(routing, escalation);
        new AlertChecks(problems::add).all(alerts);
        return alerts;
    }

    private SoniaException refusal(String place) {
        String count = problems.size() == 1 ? "1 problem" : problems.size() + " problems";
        return SoniaException.of(ErrorCode.CONFIG_INVALID, "The policy was refused: " + count)
                .with("file", place)
                .with("problems", List.copyOf(problems));
    }

    private void checkNames(Collection<String> names) {
        names.stream()
                .filter(name -> !name.startsWith(".") && !NAMES.contains(name))
                .sorted()
                .forEach(name -> problems.add(name + ": no such policy file" + nearest(name, NAMES)));
    }

    private List<String> namesIn(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(each -> each.getFileName().toString()).toList();
        } catch (IOException e) {
            problems.add("(folder): cannot be read: " + e.getClass().getSimpleName());
            return List.of();
        }
    }

    private <T extends Record> @Nullable T file(String name, Class<T> type) {
        byte[] bytes = source.apply(name).orElse(null);
        if (bytes == null) {
            return OPTIONAL.contains(name) ? Shape.of(type).read(Json.parseObject(shipped(name))) : null;
        }
        texts.put(name, new String(bytes, StandardCharsets.UTF_8));
        Violations violations = new Violations();
        T read = null;
        try {
            Map<String, @Nullable Object> json = Json.parseObject(bytes);
            read = Shape.of(type).read(json, violations);
            if (read != null && json.get("version") instanceof Long version) {
                files.add(new PolicyFile(name, Sha256.hex(bytes), version.intValue()));
            }
        } catch (SoniaException malformed) {
            problems.add(name + ": " + firstViolation(malformed));
        }
        violations.found().forEach(each -> problems.add(name + ": " + each.path() + ": " + each.message()));
        return read;
    }

    private Optional<byte[]> text(String name, Map<String, String> given) {
        String text = given.get(name);
        if (text == null) {
            missing(name, ": is missing");
            return Optional.empty();
        }
        return Optional.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private Optional<byte[]> bytes(String name, Path file) {
        try {
            if (Files.size(file) <= MAX_BYTES) {
                return Optional.of(Files.readAllBytes(file));
            }
            problems.add(name + ": expected at most " + MAX_BYTES + " bytes");
        } catch (NoSuchFileException e) {
            missing(name, ": is missing; move the whole folder away to get the default policy");
        } catch (IOException e) {
            problems.add(name + ": cannot be read: " + e.getClass().getSimpleName());
        }
        return Optional.empty();
    }

    private void missing(String name, String problem) {
        if (!OPTIONAL.contains(name)) {
            problems.add(name + problem);
        }
    }

    private static byte[] shipped(String name) {
        try (InputStream content = PolicyReader.class.getResourceAsStream(name)) {
            if (content == null) {
                throw new IllegalStateException("the build lacks " + name);
            }
            return content.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String nearest(String name, Iterable<String> known) {
        List<String> names = new ArrayList<>();
        known.forEach(names::add);
        return Nearest.to(name, names).map(found -> "; nearest is " + found).orElse("");
    }

    private static String firstViolation(SoniaException refused) {
        return refused.details().get("violations") instanceof List<?> list
                        && list.getFirst() instanceof Map<?, ?> violation
                ? String.valueOf(violation.get("message"))
                : refused.text();
    }
}
