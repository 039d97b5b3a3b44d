package io.sonia.contracts.policy;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Nearest;
import io.sonia.kernel.json.Shape;
import io.sonia.kernel.json.Violations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the policy folder and collects everything wrong with it. */
final class PolicyReader {

    static final String RISK = "risk_policy.json";
    static final String RBAC = "rbac_tools_matrix.json";
    static final String ROLLOUT = "tools_rollout.json";
    static final String NETWORK = "network_allowlist.json";
    static final List<String> NAMES = List.of(RISK, RBAC, ROLLOUT, NETWORK);

    private static final long MAX_BYTES = 1024 * 1024;

    private final Path folder;
    private final List<String> problems = new ArrayList<>();
    private final List<PolicyFile> files = new ArrayList<>();

    PolicyReader(Path folder) {
        this.folder = folder;
    }

    PolicySet read() {
        checkNames();
        RiskPolicy risk = file(RISK, RiskPolicy.class);
        RbacToolsMatrix rbac = file(RBAC, RbacToolsMatrix.class);
        ToolsRollout rollout = file(ROLLOUT, ToolsRollout.class);
        NetworkAllowlist network = file(NETWORK, NetworkAllowlist.class);
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
        if (risk == null || rbac == null || rollout == null || network == null || !problems.isEmpty()) {
            throw refusal();
        }
        return PolicySet.of(risk, rbac, rollout, network, List.copyOf(files));
    }

    private SoniaException refusal() {
        String count = problems.size() == 1 ? "1 problem" : problems.size() + " problems";
        return SoniaException.of(ErrorCode.CONFIG_INVALID, "The policy was refused: " + count)
                .with("file", folder.toString())
                .with("problems", List.copyOf(problems));
    }

    private void checkNames() {
        try (Stream<Path> entries = Files.list(folder)) {
            entries.map(each -> each.getFileName().toString())
                    .filter(name -> !name.startsWith(".") && !NAMES.contains(name))
                    .sorted()
                    .forEach(name -> problems.add(name + ": no such policy file" + nearest(name, NAMES)));
        } catch (IOException e) {
            problems.add("(folder): cannot be read: " + e.getClass().getSimpleName());
        }
    }

    private <T extends Record> @Nullable T file(String name, Class<T> type) {
        byte[] bytes = bytes(name);
        if (bytes == null) {
            return null;
        }
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

    private byte @Nullable [] bytes(String name) {
        Path file = folder.resolve(name);
        try {
            if (Files.size(file) > MAX_BYTES) {
                problems.add(name + ": expected at most " + MAX_BYTES + " bytes");
                return null;
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            problems.add(name + ": is missing; move the whole folder away to get the default policy");
        } catch (IOException e) {
            problems.add(name + ": cannot be read: " + e.getClass().getSimpleName());
        }
        return null;
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
