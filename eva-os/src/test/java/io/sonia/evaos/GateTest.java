package io.sonia.evaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.evaos.CallDigest;
import io.sonia.contracts.evaos.GateAnswer;
import io.sonia.contracts.evaos.GateRequest;
import io.sonia.contracts.evaos.GateRequest.CallContext;
import io.sonia.contracts.evaos.GateStatus;
import io.sonia.contracts.evaos.Grant;
import io.sonia.contracts.evaos.Verdict;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.StoredReply;
import io.sonia.kernel.identity.Caller;
import io.sonia.kernel.identity.Role;
import io.sonia.kernel.json.Json;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GateTest {

    private static final Map<String, Object> READ = Map.of("path", "docs/welcome.md");
    private static final Map<String, Object> WRITE = Map.of("path", "todo.txt", "content", "hello");

    @TempDir
    Path folder;

    private ControlPlane plane;

    @BeforeEach
    void open() {
        plane = new ControlPlane(folder);
    }

    @AfterEach
    void close() {
        plane.close();
    }

    @Test
    void aSafeReadIsAllowedWithOneRecordAndNothingElse() {
        GateAnswer answer = plane.judge("file.read", READ, ControlPlane.OPERATOR);

        assertThat(answer.status()).isEqualTo(GateStatus.APPROVED);
        assertThat(answer.ruleId()).isEqualTo("tier:safe_read");
        assertThat(answer.approvalToken()).isNull();
        assertThat(answer.approval()).isNull();
        assertThat(plane.recorded()).containsExactly("gate");
        assertThat(rows("approvals") + rows("grants")).isZero();
    }

    @Test
    void whatIsAllowedAboveSafeReadComesWithItsGrant() {
        GateAnswer answer = plane.judge("memory.store", Map.of("type", "note"), ControlPlane.THROUGH_GATEWAY);

        Approval approval = answer.approval();
        Grant grant = plane.read(answer.approvalToken());
        assertThat(answer.status()).isEqualTo(GateStatus.APPROVED);
        assertThat(approval.state()).isEqualTo(ApprovalState.APPROVED);
        assertThat(approval.decidedBy().actorId()).isEqualTo("policy");
        assertThat(grant.approvalId()).isEqualTo(approval.approvalId());
        assertThat(grant.decidedBy()).isEqualTo("policy");
        assertThat(grant.fenceToken()).isEqualTo(answer.fenceToken());
        grant.requireFor("memory.store", Map.of("type", "note"), "usr_1", plane.policy.version(), plane.clock.now());
        assertThat(plane.stored(approval.approvalId())).isEqualTo(approval);
    }

    @Test
    void whatNeedsAPersonIsStoredAsSubmittedAndWaits() {
        Reply.Enveloped reply = (Reply.Enveloped) plane.gate.judge(plane.call(
                Operation.GATE, ControlPlane.request("file.write", WRITE, "ses_1"), ControlPlane.THROUGH_GATEWAY));

        GateAnswer answer = ControlPlane.data(reply);
        Approval approval = plane.stored(answer.approval().approvalId());
        assertThat(reply.status()).isEqualTo(202);
        assertThat(reply.location()).isEqualTo("/v1/approvals/" + approval.approvalId());
        assertThat(answer.status()).isEqualTo(GateStatus.APPROVAL_REQUIRED);
        assertThat(answer.approvalToken()).isNull();
        assertThat(approval).isEqualTo(answer.approval());
        assertThat(approval.state()).isEqualTo(ApprovalState.PENDING);
        assertThat(approval.args()).isEqualTo(WRITE);
        assertThat(approval.requester()).isEqualTo(new Approval.Requester("usr_1", "operator", "api-gateway"));
        assertThat(approval.digest()).isEqualTo(CallDigest.of("file.write", WRITE, "usr_1", plane.policy.version()));
        assertThat(approval.remainingSeconds()).isEqualTo(120);
    }

    @Test
    void aDeniedCallIsAnsweredAndJournaled() {
        GateAnswer answer = plane.judge("file.shred", READ, ControlPlane.OPERATOR);

        assertThat(answer.status()).isEqualTo(GateStatus.DENIED);
        assertThat(answer.verdict()).isEqualTo(Verdict.DENY);
        assertThat(answer.ruleId()).isEqualTo("tools_rollout:unknown");
        assertThat(answer.riskTier()).isNull();
        assertThat(plane.recorded()).containsExactly("gate");
    }

    @Test
    void deletingIsBlockedWithoutAQuestion() {
        GateAnswer answer = plane.judge("file.delete", READ, ControlPlane.OPERATOR);

        assertThat(answer.status()).isEqualTo(GateStatus.DENIED);
        assertThat(answer.ruleId()).isEqualTo("tier:blocked");
        assertThat(answer.riskTier()).isEqualTo(RiskTier.BLOCKED);
    }

    @Test
    void aDryRunLeavesNoTrace() {
        GateRequest request = new GateRequest("file.write", WRITE, null, null, CallContext.NONE, true);

        GateAnswer answer =
                ControlPlane.data(plane.gate.judge(plane.call(Operation.GATE, request, ControlPlane.OPERATOR)));

        assertThat(answer.verdict()).isEqualTo(Verdict.CONFIRM);
        assertThat(answer.approval()).isNull();
        assertThat(plane.recorded()).isEmpty();
    }

    @Test
    void eachApprovalTakesTheNextFence() {
        long first = plane.pending().fenceToken();
        long second =
                plane.judge("memory.store", Map.of(), ControlPlane.OPERATOR).fenceToken();

        assertThat(second).isEqualTo(first + 1);
        assertThat(plane.pending().fenceToken()).isEqualTo(second + 1);
    }

    @Test
    void aFullQueueTakesNoMore() {
        plane.limits = ControlPlane.limits("{\"max_pending\": 2}");
        plane.pending();
        plane.pending();

        refused(() -> plane.pending(), ErrorCode.APPROVAL_QUEUE_FULL, "scope", "all");
        assertThat(rows("approvals")).isEqualTo(2);
    }

    @Test
    void aSessionHasAQueueOfItsOwn() {
        plane.limits = ControlPlane.limits("{\"max_pending_per_session\": 1}");
        askIn("ses_1");

        refused(() -> askIn("ses_1"), ErrorCode.APPROVAL_QUEUE_FULL, "scope", "session");
        askIn("ses_2");
        assertThat(rows("approvals")).isEqualTo(2);
    }

    @Test
    void aServiceMayNameTheActorItWorksFor() {
        GateRequest named = new GateRequest("memory.store", Map.of(), null, "usr_9", CallContext.NONE, true);
        Caller onBehalf = new Caller("api-gateway", Role.SERVICE, ServiceName.API_GATEWAY, "usr_8");

        assertThat(asked(named, ControlPlane.GATEWAY).verdict()).isEqualTo(Verdict.ALLOW);
        assertThat(asked(named, ControlPlane.GATEWAY).digest())
                .isEqualTo(CallDigest.of("memory.store", Map.of(), "usr_9", plane.policy.version()));
        assertThat(plane.judge("memory.store", Map.of(), onBehalf)
                        .approval()
                        .requester()
                        .actorId())
                .isEqualTo("usr_8");
    }

    @Test
    void aServiceByItselfMayOnlyRead() {
        assertThat(plane.judge("file.read", READ, ControlPlane.GATEWAY).verdict())
                .isEqualTo(Verdict.ALLOW);
        GateAnswer answer = plane.judge("memory.store", Map.of(), ControlPlane.GATEWAY);
        assertThat(answer.verdict()).isEqualTo(Verdict.DENY);
        assertThat(answer.ruleId()).isEqualTo("rbac_tools_matrix:service");
    }

    @Test
    void aPersonMayNotNameAnother() {
        GateRequest named = new GateRequest("file.read", READ, null, "usr_9", CallContext.NONE, false);

        refused(() -> asked(named, ControlPlane.OPERATOR), ErrorCode.INVALID_ARGUMENT, "blame", null);
        assertThat(plane.recorded()).isEmpty();
    }

    @Test
    void theAnswerIsKeptUnderTheKeyOfTheRequest() {
        IdempotencyKey key = new IdempotencyKey("usr_1", "POST /gate-tool-call", "k1", "f".repeat(64), "own");
        Reply.Enveloped reply = (Reply.Enveloped) plane.gate.judge(plane.call(
                Operation.GATE, ControlPlane.request("file.write", WRITE, null), ControlPlane.OPERATOR, Map.of(), key));

        StoredReply kept = plane.journal.find(key).orElseThrow();
        assertThat(kept.status()).isEqualTo(202);
        assertThat(kept.data()).isEqualTo(Json.bytes(reply.data()));
        assertThat(kept.location()).isEqualTo(reply.location());
    }

    @Test
    void anApproverReadsWhatTheCallerWroteOrElseTheNamesOfTheArguments() {
        assertThat(plane.pending().summary()).startsWith("file.write with ").contains("path", "content");
        GateRequest told = new GateRequest(
                "file.write", WRITE, null, null, new CallContext(null, null, null, "write hello", false), false);
        assertThat(asked(told, ControlPlane.OPERATOR).approval().summary()).isEqualTo("write hello");
        assertThat(plane.pending().riskTier()).isEqualTo(RiskTier.GUARDED_MEDIUM);
    }

    private GateAnswer asked(GateRequest request, Caller caller) {
        return ControlPlane.data(plane.gate.judge(plane.call(Operation.GATE, request, caller)));
    }

    private void askIn(String session) {
        asked(ControlPlane.request("file.write", WRITE, session), ControlPlane.OPERATOR);
    }

    private long rows(String table) {
        return plane.journal.read(sql -> sql.number("SELECT count(*) FROM " + table));
    }

    private static void refused(Runnable use, ErrorCode code, String detail, Object value) {
        assertThatThrownBy(use::run).isInstanceOfSatisfying(SoniaException.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e.details().get(detail)).isEqualTo(value);
        });
    }
}
