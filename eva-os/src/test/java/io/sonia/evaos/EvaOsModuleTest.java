package io.sonia.evaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.ServiceModule;
import io.sonia.contracts.ServiceParts;
import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.evaos.Decision;
import io.sonia.contracts.evaos.PolicyProposal;
import io.sonia.contracts.evaos.PolicyProposed;
import io.sonia.contracts.evaos.TaskCreate;
import io.sonia.contracts.evaos.TaskKind;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Timers;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peers;
import io.sonia.kernel.http.RestorePhase;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.identity.Verifiers;
import io.sonia.kernel.logging.ServiceLog;
import io.sonia.kernel.metrics.Metrics;
import io.sonia.kernel.settings.AuditConfig;
import io.sonia.kernel.settings.AuthConfig;
import io.sonia.kernel.settings.Section;
import io.sonia.kernel.settings.ServicesConfig;
import io.sonia.kernel.settings.Settings;
import io.sonia.testkit.Audits;
import io.sonia.testkit.FakeClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaOsModuleTest {

    private static final int TIMERS = 8;

    @TempDir
    Path folder;

    /** The time of the timers alone, so that exactly they are waited for. */
    private final FakeClock rounds = new FakeClock();

    private ControlPlane plane;
    private Timers timers;
    private Verifiers verifiers;
    private Metrics metrics;

    @BeforeEach
    void open() {
        plane = new ControlPlane(folder);
        timers = new Timers(rounds, (name, failure) -> {});
        verifiers = new Verifiers(plane.keys.publicKey(), plane.clock, Duration.ofMinutes(5));
        metrics = new Metrics();
    }

    @AfterEach
    void close() {
        timers.close();
        plane.close();
    }

    @Test
    void itServesItsOperationsEachOnce() {
        Stream<Operation> own = Stream.of(Operation.values()).filter(each -> each.service() == ServiceName.EVA_OS);

        assertThat(module().routes()).extracting(Route::operation).containsExactlyInAnyOrderElementsOf(own.toList());
    }

    @Test
    void onceMadeTheKeysOfAllServicesAreOnFileAndItsOwnVerifiersInForce() throws IOException {
        module();

        String token = Files.readString(plane.home.token(ServiceName.OPENCLAW)).strip();
        assertThat(verifiers.authenticate(null, token, null).is(ServiceName.OPENCLAW))
                .isTrue();
        assertThat(plane.home.verifiers()).exists();
    }

    @Test
    void itsTimersEndWhatIsOverdue() {
        ServiceModule module = module();
        String id = plane.pending().approvalId();
        module.start();
        rounds.awaitSleepers(TIMERS);
        plane.clock.advance(Duration.ofMinutes(2));
        rounds.advance(Duration.ofSeconds(1));
        rounds.awaitSleepers(TIMERS);
        module.close();

        assertThat(plane.recorded()).contains("approval.expire");
        assertThat(module.detail()).containsEntry("pending_approvals", 0L).containsEntry("tasks", 0L);
        assertThat(plane.stored(id).state()).isEqualTo(ApprovalState.EXPIRED);
    }

    @Test
    void itTellsWhatItTookUpInOrder() {
        plane.pending();
        plane.tasks.create(plane.call(
                Operation.TASK_CREATE, new TaskCreate("a", null, TaskKind.MANUAL, Map.of()), ControlPlane.OPERATOR));
        ServiceModule module = module();
        assertThat(module.restored()).isEmpty();
        module.start();
        module.close();

        assertThat(module.restored())
                .containsExactly(
                        new RestorePhase("confirmations", 1, 1),
                        new RestorePhase("tasks", 2, 1),
                        new RestorePhase("restart_budgets", 3, 0));
    }

    @Test
    void itCountsWhatWaits() {
        module();
        plane.pending();

        assertThat(new String(metrics.text(), java.nio.charset.StandardCharsets.UTF_8))
                .contains("sonia_approvals_pending 1.0");
    }

    @Test
    void aFileThatIsEditedOrBrokenWhileItRunsIsToldAndNotInForce() throws IOException {
        Path risk = plane.home.policies().resolve("risk_policy.json");
        String sound = Files.readString(risk);
        ServiceModule module = module();
        module.start();
        Object version = module.detail().get("policy_version");
        assertThat(module.detail()).containsEntry("policy_files", "in_force");

        looked(() -> Files.writeString(risk, sound + "\n"));
        assertThat(module.detail()).containsEntry("policy_files", "changed").containsEntry("policy_version", version);
        looked(() -> Files.writeString(risk, "{"));
        assertThat(module.detail()).containsEntry("policy_files", "invalid").containsEntry("policy_version", version);
        looked(() -> Files.writeString(risk, sound));
        assertThat(module.detail()).containsEntry("policy_files", "in_force");
        module.close();
    }

    private interface Edit {
        Object make() throws IOException;
    }

    private void looked(Edit edit) throws IOException {
        rounds.awaitSleepers(TIMERS);
        edit.make();
        rounds.advance(Duration.ofSeconds(2));
        rounds.awaitSleepers(TIMERS);
    }

    @Test
    void anApprovedPolicyWhoseFilesACrashKeptBackIsInForceInTheNextLife() throws IOException {
        plane.policy.boot();
        Path risk = plane.home.policies().resolve("risk_policy.json");
        String before = Files.readString(risk);
        PolicyProposed proposed = ControlPlane.data(plane.updates.propose(plane.call(
                Operation.POLICY_PROPOSE,
                new PolicyProposal(Map.of("risk_policy.json", before.replace("\"calls\": 5", "\"calls\": 4")), "fewer"),
                ControlPlane.OPERATOR)));
        plane.decide(proposed.approval().approvalId(), Decision.APPROVED, ControlPlane.OTHER, null);
        Files.writeString(risk, before);
        plane.journal.commit(tx ->
                tx.sql().update("UPDATE policy_versions SET written = 0 WHERE version = ?", proposed.policyVersion()));

        assertThat(module().detail()).containsEntry("policy_version", proposed.policyVersion());
        assertThat(Files.readString(risk)).contains("\"calls\": 4");
        assertThat(plane.policy.versions().unwritten()).isEmpty();
    }

    @Test
    void aBadPolicyRefusesTheStart() throws IOException {
        Files.writeString(plane.home.policies().resolve("tools_rollout.json"), "{}");

        assertThatThrownBy(this::module)
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID));
    }

    @Test
    void missingKeysRefuseTheStart() throws IOException {
        Files.delete(plane.home.signingKey());

        assertThatThrownBy(this::module)
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.AUTH_UNAVAILABLE));
    }

    @Test
    void aDefaultVerdictOfAllowIsRefused() throws IOException {
        Files.writeString(plane.home.configFile(), "{\"policy\": {\"default_verdict\": \"allow\"}}");

        assertThatThrownBy(this::module)
                .isInstanceOfSatisfying(
                        SoniaException.class,
                        e -> assertThat(e.details().get("problems"))
                                .isEqualTo(List.of("policy: default_verdict: expected confirm or deny, met allow")));
    }

    private ServiceModule module() {
        List<Section<?>> sections = new ArrayList<>(EvaOsModule.DEFINITION.sections());
        sections.add(AuthConfig.SECTION);
        sections.add(AuditConfig.SECTION);
        sections.add(ServicesConfig.SECTION);
        Map<ServiceName, Integer> nobodyThere = new EnumMap<>(ServiceName.class);
        Stream.of(ServiceName.values()).forEach(service -> nobodyThere.put(service, 1));
        Hlc hlc = new Hlc(plane.clock);
        ServiceParts parts = new ServiceParts(
                ServiceName.EVA_OS,
                plane.home,
                Settings.load(plane.home.configFile(), Map.of(), sections, plane.clock),
                plane.journal,
                plane.clock,
                plane.ids,
                timers,
                metrics,
                ServiceLog.NONE,
                new Peers(nobodyThere, hlc, () -> ""),
                verifiers,
                Audits.unsigned(ServiceName.EVA_OS, plane.journal, plane.home, plane.clock, plane.ids));
        return EvaOsModule.DEFINITION.factory().apply(parts);
    }
}
