package io.sonia.evaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.evaos.Decision;
import io.sonia.contracts.evaos.GateAnswer;
import io.sonia.contracts.evaos.Grant;
import io.sonia.contracts.evaos.PolicyProposal;
import io.sonia.contracts.evaos.PolicyProposed;
import io.sonia.contracts.evaos.PolicyProposed.Change;
import io.sonia.contracts.evaos.Verdict;
import io.sonia.contracts.policy.PolicySet;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.identity.Caller;
import io.sonia.kernel.json.CanonicalJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Policy changes by a proposal that a person has approved, and in no other way. */
class PolicyUpdatesTest {

    private static final String RISK = "risk_policy.json";
    private static final Map<String, Object> WRITE = Map.of("path", "todo.txt", "content", "hello");

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
    void aChangeIsInForceOnceItIsApprovedAndNotBefore() throws IOException {
        PolicyProposed proposed = propose(never("file.write"), ControlPlane.OPERATOR);

        Approval asked = proposed.approval();
        assertThat(asked.toolName()).isEqualTo("policy.update");
        assertThat(asked.state()).isEqualTo(ApprovalState.PENDING);
        assertThat(asked.args()).containsEntry("from", first).containsEntry("to", proposed.policyVersion());
        assertThat(proposed.narrows()).containsExactly("rule: adds deny never");
        assertThat(proposed.widens()).isEmpty();
        assertThat(write().verdict()).isEqualTo(Verdict.CONFIRM);

        Approval used = plane.decide(asked.approvalId(), Decision.APPROVED, ControlPlane.OTHER, null)
                .approval();

        assertThat(used.state()).isEqualTo(ApprovalState.CONSUMED);
        assertThat(used.executionId()).isEqualTo(proposed.policyVersion());
        assertThat(plane.policy.version()).isEqualTo(proposed.policyVersion());
        assertThat(write().ruleId()).isEqualTo("never");
        assertThat(PolicySet.load(plane.home.policies()).version()).isEqualTo(proposed.policyVersion());
        assertThat(plane.policy.versions().unwritten()).isEmpty();
        assertThat(plane.recorded())
                .containsSubsequence(
                        "policy.propose", "approve", "policy.applied", "approval.consume", "approval.cancel");
    }

    @Test
    void whatWaitsUnderTheOldPolicyIsCancelledAndItsGrantsAreOver() throws IOException {
        Approval waiting = plane.pending();
        Grant grant = plane.read(
                plane.judge("memory.store", Map.of(), ControlPlane.OPERATOR).approvalToken());
        approve(propose(never("file.list"), ControlPlane.OPERATOR));

        assertThat(plane.stored(waiting.approvalId()).state()).isEqualTo(ApprovalState.CANCELLED);
        assertThatThrownBy(() -> plane.consume(grant, "exe_1"))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.details()).containsEntry("reason", "policy_changed"));
    }

    @Test
    void whatADeniedProposalAsksForNeverComesIntoForce() throws IOException {
        PolicyProposed proposed = propose(never("file.write"), ControlPlane.OPERATOR);
        plane.decide(proposed.approval().approvalId(), Decision.DENIED, ControlPlane.OPERATOR, null);

        assertThat(plane.policy.version()).isEqualTo(first);
        assertThat(write().verdict()).isEqualTo(Verdict.CONFIRM);
    }

    @Test
    void theShadowTellsWhichRecentCallsWouldBeJudgedOtherwise() throws IOException {
        plane.judge("file.write", WRITE, ControlPlane.OPERATOR);
        plane.judge("memory.store", Map.of(), ControlPlane.OPERATOR);

        PolicyProposed.Shadow shadow =
                propose(never("file.write"), ControlPlane.OPERATOR).shadow();

        assertThat(shadow.evaluated()).isEqualTo(2);
        assertThat(shadow.changed())
                .containsExactly(new Change("file.write", CanonicalJson.sha256(WRITE), Verdict.CONFIRM, Verdict.DENY));
    }

    @Test
    void noServiceProposesAndNothingThatPassesThroughOne() {
        for (Caller caller : new Caller[] {ControlPlane.GATEWAY, ControlPlane.OPENCLAW, ControlPlane.THROUGH_GATEWAY}) {
            refused(() -> propose(never("file.write"), caller), ErrorCode.FORBIDDEN);
        }
        assertThat(plane.judge("policy.update", Map.of(), ControlPlane.THROUGH_GATEWAY)
                        .ruleId())
                .isEqualTo("tools_rollout:unknown");
    }

    @Test
    void aBrokenOrEmptyChangeIsRefusedAndNothingWaits() throws IOException {
        refused(() -> propose(Map.of(RISK, "{"), ControlPlane.OPERATOR), ErrorCode.CONFIG_INVALID);
        refused(() -> propose(Map.of("riks_policy.json", "{}"), ControlPlane.OPERATOR), ErrorCode.CONFIG_INVALID);
        Map<String, String> same =
                Map.of(RISK, Files.readString(plane.home.policies().resolve(RISK)));
        refused(() -> propose(same, ControlPlane.OPERATOR), ErrorCode.CONFLICT);
        assertThat(plane.recorded()).containsExactly("policy.applied");
    }

    @Test
    void aChangeOfPolicyCannotBeAmended() {
        PolicyProposed proposed = propose(never("file.write"), ControlPlane.OPERATOR);
        Approval asked = proposed.approval();
        refused(
                () -> plane.amend(asked, Map.of("to", first), ControlPlane.OPERATOR, asked.fenceToken()),
                ErrorCode.POLICY_DENIED);
    }

    @Test
    void anApprovedChangeWhoseFilesWereNotWrittenIsKnownInTheNextLife() {
        PolicyProposed proposed = propose(never("file.write"), ControlPlane.OPERATOR);
        approve(proposed);
        plane.journal.commit(tx -> tx.sql().update("UPDATE policy_versions SET written = 0 WHERE version <> ?", first));

        assertThat(plane.policy.versions().unwritten())
                .hasValueSatisfying(set -> assertThat(set.version()).isEqualTo(proposed.policyVersion()));
    }

    @Test
    void anEditedOrBrokenFileIsSeenAndNotInForce() throws IOException {
        PolicyFolder files = new PolicyFolder(plane.home.policies());
        assertThat(files.compared(first).state()).isEqualTo(PolicyFolder.State.IN_FORCE);

        Path risk = plane.home.policies().resolve(RISK);
        String sound = Files.readString(risk);
        Files.writeString(risk, sound + "\n");
        assertThat(files.compared(first).state()).isEqualTo(PolicyFolder.State.CHANGED);
        Files.writeString(risk, sound.replaceFirst("guarded_high", "guarded_hihg"));
        assertThat(files.compared(first).state()).isEqualTo(PolicyFolder.State.INVALID);
        assertThat(files.compared(first).problems()).hasSize(1);
        assertThat(plane.policy.version()).isEqualTo(first);
    }

    private void approve(PolicyProposed proposed) {
        plane.decide(proposed.approval().approvalId(), Decision.APPROVED, ControlPlane.OTHER, null);
    }

    private GateAnswer write() {
        return plane.judge("file.write", WRITE, ControlPlane.OPERATOR);
    }

    private Map<String, String> never(String tool) {
        String risk = plane.policy.set().texts().get(RISK);
        return Map.of(
                RISK,
                risk.replace(
                        "\"rules\": [",
                        "\"rules\": [{\"rule_id\": \"never\", \"effect\": \"deny\", \"tools\": [\"" + tool + "\"]},"));
    }

    private PolicyProposed propose(Map<String, String> files, Caller caller) {
        return ControlPlane.data(plane.updates.propose(
                plane.call(Operation.POLICY_PROPOSE, new PolicyProposal(files, "to be careful"), caller)));
    }

    private static void refused(Runnable asked, ErrorCode code) {
        assertThatThrownBy(asked::run)
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
