package io.sonia.evaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.evaos.Circumstances;
import io.sonia.contracts.evaos.EvaluateAnswer;
import io.sonia.contracts.evaos.EvaluateRequest;
import io.sonia.contracts.evaos.PolicyAnswer;
import io.sonia.contracts.evaos.PolicyQuery;
import io.sonia.contracts.evaos.Verdict;
import io.sonia.contracts.policy.PolicySet;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.identity.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A policy is found again by its version after its files have changed. */
class PolicyVersionsTest {

    private static final String RISK = "risk_policy.json";
    private static final String NEVER =
            "\"rules\": [{\"rule_id\": \"never\", \"effect\": \"deny\", \"tools\": [\"file.list\"]},";

    @TempDir
    Path folder;

    private ControlPlane plane;
    private String first;

    @BeforeEach
    void open() {
        plane = new ControlPlane(folder);
        plane.policy.boot();
        first = plane.policy.version();
    }

    @AfterEach
    void close() {
        plane.close();
    }

    @Test
    void theVersionInForceIsKeptOnce() {
        plane.policy.boot();

        assertThat(plane.recorded()).containsExactly("policy.applied");
        assertThat(shown(null).policyVersion()).isEqualTo(first);
        assertThat(shown(first)).isEqualTo(shown(null));
    }

    @Test
    void anEarlierVersionIsShownAndJudgedByAfterTheFilesHaveChanged() throws IOException {
        PolicyInForce next = changed();

        assertThat(answer(next, null, Map.of()).verdict()).isEqualTo(Verdict.DENY);
        assertThat(answer(next, null, Map.of()).policyVersion()).isEqualTo(next.version());
        EvaluateAnswer earlier = answer(next, first, Map.of());
        assertThat(earlier.verdict()).isEqualTo(Verdict.ALLOW);
        assertThat(earlier.policyVersion()).isEqualTo(first);
        assertThat(shown(first).policyVersion()).isEqualTo(first);
        assertThat(shown(first).digest()).startsWith(first.substring("pol_".length()));
        assertThat(plane.recorded()).containsExactly("policy.applied", "policy.applied");
    }

    @Test
    void aVersionThatComesBackIsOnRecordAgain() throws IOException {
        changed();
        plane.clock.advance(Duration.ofSeconds(1));
        plane.policy.boot();

        assertThat(plane.recorded()).hasSize(3);
        assertThat(shown(first).loadedAt()).isEqualTo(plane.clock.now());
    }

    @Test
    void filesThatAreGivenAreJudgedByAndNotPutInForce() throws IOException {
        String given = Files.readString(risk()).replace("\"rules\": [", NEVER);
        EvaluateAnswer answer = answer(plane.policy, null, Map.of(RISK, given));

        assertThat(answer.verdict()).isEqualTo(Verdict.DENY);
        assertThat(answer.ruleId()).isEqualTo("never");
        assertThat(answer.policyVersion()).startsWith("pol_").isNotEqualTo(first);
        assertThat(answer(plane.policy, null, Map.of()).verdict()).isEqualTo(Verdict.ALLOW);
        assertThat(plane.recorded()).containsExactly("policy.applied");
    }

    @Test
    void filesThatAreNoPolicyAreRefused() {
        refused(() -> answer(plane.policy, null, Map.of(RISK, "{")), ErrorCode.CONFIG_INVALID);
        refused(() -> answer(plane.policy, null, Map.of("riks_policy.json", "{}")), ErrorCode.CONFIG_INVALID);
        refused(() -> answer(plane.policy, "pol_unknown", Map.of()), ErrorCode.NOT_FOUND);
        refused(() -> shown("pol_unknown"), ErrorCode.NOT_FOUND);
    }

    @Test
    void filesThatWereChangedOnRecordAreRefused() throws IOException {
        PolicyInForce next = changed();
        plane.journal.commit(tx -> tx.sql()
                .update(
                        "UPDATE policy_versions SET files = replace(files, 'safe_read', 'guarded_low') WHERE version = ?",
                        first));

        refused(() -> answer(next, first, Map.of()), ErrorCode.INTEGRITY_FAILED);
    }

    private static void refused(Runnable asked, ErrorCode code) {
        assertThatThrownBy(asked::run)
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    /** The policy after somebody forbade a tool and EVA-OS was started again. */
    private PolicyInForce changed() throws IOException {
        Files.writeString(risk(), Files.readString(risk()).replace("\"rules\": [", NEVER));
        plane.clock.advance(Duration.ofSeconds(1));
        PolicyInForce next = new PolicyInForce(
                PolicySet.load(plane.home.policies()),
                plane.stops,
                plane.base,
                () -> new PolicyConfig(Verdict.CONFIRM, 7),
                plane.home.workspace());
        next.boot();
        return next;
    }

    private Path risk() {
        return plane.home.policies().resolve(RISK);
    }

    private PolicyAnswer shown(String version) {
        return ControlPlane.data(
                plane.policy.show(plane.call(Operation.POLICY_GET, new PolicyQuery(version), ControlPlane.OPERATOR)));
    }

    private EvaluateAnswer answer(PolicyInForce policy, String version, Map<String, String> files) {
        EvaluateRequest request = new EvaluateRequest(
                "file.list", Map.of("path", "docs"), Role.OPERATOR, version, files, Circumstances.NONE);
        return ControlPlane.data(
                policy.evaluate(plane.call(Operation.POLICY_EVALUATE, request, ControlPlane.OPERATOR)));
    }
}
