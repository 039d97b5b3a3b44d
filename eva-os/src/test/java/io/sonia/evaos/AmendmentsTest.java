package io.sonia.evaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.evaos.AmendAnswer;
import io.sonia.contracts.evaos.AmendRequest;
import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.evaos.CallDigest;
import io.sonia.contracts.evaos.Decision;
import io.sonia.contracts.evaos.Grant;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.identity.Caller;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AmendmentsTest {

    private static final Map<String, Object> OTHER = Map.of("path", "other.txt", "content", "hello");

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
    void theOldOneIsCancelledAndANewOneWaitsInItsPlace() {
        Approval asked = plane.pending();
        plane.clock.advance(Duration.ofSeconds(100));

        AmendAnswer answer = amend(asked);

        Approval old = plane.stored(asked.approvalId());
        Approval changed = plane.stored(answer.approval().approvalId());
        assertThat(answer).isEqualTo(new AmendAnswer(old, changed));
        assertThat(old.state()).isEqualTo(ApprovalState.CANCELLED);
        assertThat(old.supersededBy()).isEqualTo(changed.approvalId());
        assertThat(old.decisionReason()).isEqualTo("the other file");
        assertThat(changed.state()).isEqualTo(ApprovalState.PENDING);
        assertThat(changed.supersedes()).isEqualTo(old.approvalId());
        assertThat(changed.args()).isEqualTo(OTHER);
        assertThat(changed.digest())
                .isEqualTo(CallDigest.of("file.write", OTHER, "usr_1", plane.policy.version()))
                .isNotEqualTo(asked.digest());
        assertThat(changed.requester()).isEqualTo(asked.requester());
        assertThat(changed.remainingSeconds()).isEqualTo(120);
        assertThat(List.of(old.fenceToken(), changed.fenceToken()))
                .doesNotHaveDuplicates()
                .allMatch(fence -> fence > asked.fenceToken());
        assertThat(plane.recorded()).containsExactly("gate", "approval.amend", "approval.amend");
    }

    @Test
    void theGrantOfTheNewOneIsForTheNewArgumentsOnly() {
        Approval asked = plane.pending();
        Approval changed = amend(asked).approval();
        plane.decide(changed.approvalId(), Decision.APPROVED, ControlPlane.OTHER, changed.fenceToken());

        Grant grant = plane.read(
                plane.grant(changed.approvalId(), ControlPlane.GATEWAY).approvalToken());

        grant.requireFor("file.write", OTHER, "usr_1", plane.policy.version(), plane.clock.now());
        assertThatThrownBy(() -> grant.requireFor(
                        "file.write", asked.args(), "usr_1", plane.policy.version(), plane.clock.now()))
                .isInstanceOf(SoniaException.class);
        refused(ErrorCode.INVALID_STATE, () -> plane.grant(asked.approvalId(), ControlPlane.GATEWAY));
    }

    @Test
    void aYesToTheOldArgumentsDoesNotCountForTheNewOnes() {
        plane.limits = ControlPlane.limits("{\"two_person_tiers\": [\"guarded_medium\"]}");
        Approval asked = plane.pending();
        plane.decide(asked.approvalId(), Decision.APPROVED, ControlPlane.OPERATOR, null);
        Approval once = plane.stored(asked.approvalId());

        Approval changed =
                plane.amend(once, OTHER, ControlPlane.OTHER, once.fenceToken()).approval();

        assertThat(changed.approvals()).isEmpty();
        assertThat(changed.requiredApprovals()).isEqualTo(2);
        assertThat(plane.decide(changed.approvalId(), Decision.APPROVED, ControlPlane.OPERATOR, null)
                        .status())
                .isEqualTo(ApprovalState.PENDING);
    }

    @Test
    void whatPolicyDeniesCannotBeAskedForThisWay() throws IOException {
        plane.close();
        Path rules = plane.home.policies().resolve("risk_policy.json");
        String denying = "\"rules\": [{\"rule_id\": \"no-secrets\", \"effect\": \"deny\","
                + " \"tools\": [\"file.*\"], \"args\": {\"path\": {\"glob\": \"secret/**\"}}},";
        Files.writeString(rules, Files.readString(rules).replace("\"rules\": [", denying));
        plane = new ControlPlane(folder);
        Approval asked = plane.pending();

        Map<String, Object> secret = Map.of("path", "secret/keys", "content", "x");
        assertThatThrownBy(() -> plane.amend(asked, secret, ControlPlane.OTHER, asked.fenceToken()))
                .isInstanceOfSatisfying(SoniaException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.POLICY_DENIED);
                    assertThat(e.details()).containsEntry("rule_id", "no-secrets");
                });

        assertThat(plane.stored(asked.approvalId())).isEqualTo(asked);
        assertThat(plane.recorded()).containsExactly("gate");
    }

    @Test
    void itIsRefusedAsADecisionWouldBe() {
        Approval asked = plane.pending();
        long fence = asked.fenceToken();
        refused(ErrorCode.SELF_APPROVAL_DENIED, () -> plane.amend(asked, OTHER, ControlPlane.GATEWAY, fence));
        refused(ErrorCode.FORBIDDEN, () -> plane.amend(asked, OTHER, ControlPlane.OPENCLAW, fence));
        refused(ErrorCode.INVALID_ARGUMENT, () -> plane.amend(asked, OTHER, ControlPlane.OTHER, null));
        refused(ErrorCode.STALE_FENCE, () -> plane.amend(asked, OTHER, ControlPlane.OTHER, fence - 1));
        plane.limits = ControlPlane.limits("{\"second_person\": true}");
        refused(ErrorCode.SELF_APPROVAL_DENIED, () -> plane.amend(asked, OTHER, ControlPlane.OPERATOR, fence));
        assertThat(plane.stored(asked.approvalId())).isEqualTo(asked);

        plane.decide(asked.approvalId(), Decision.APPROVED, ControlPlane.OTHER, null);
        refused(ErrorCode.ALREADY_DECIDED, () -> plane.amend(asked, OTHER, ControlPlane.OTHER, fence));
        Approval late = plane.pending();
        plane.clock.advance(Duration.ofMinutes(2));
        refused(ErrorCode.APPROVAL_EXPIRED, () -> plane.amend(late, OTHER, ControlPlane.OTHER, late.fenceToken()));
    }

    @Test
    void itTakesThePlaceOfTheOldOneInAFullQueue() {
        plane.limits = ControlPlane.limits("{\"max_pending\": 1}");

        assertThat(amend(plane.pending()).approval().state()).isEqualTo(ApprovalState.PENDING);
        refused(ErrorCode.APPROVAL_QUEUE_FULL, plane::pending);
    }

    @Test
    void theAnswerIsKeptUnderTheKeyOfTheRequest() {
        Approval asked = plane.pending();
        IdempotencyKey key = new IdempotencyKey("usr_2", "POST /amend", "k1", "f".repeat(64), "own");

        plane.amendments.amend(plane.call(
                Operation.APPROVAL_AMEND,
                new AmendRequest(OTHER, "r", asked.fenceToken()),
                ControlPlane.OTHER,
                Map.of("approval_id", asked.approvalId()),
                key));

        assertThat(plane.journal.find(key).orElseThrow().location()).startsWith("/v1/approvals/apr_");
    }

    @Test
    void ofOneWhoAmendsAndOneWhoApprovesAtOnceOneWins() throws Exception {
        for (int round = 0; round < 10; round++) {
            Approval asked = plane.pending();
            CyclicBarrier barrier = new CyclicBarrier(2);
            List<Boolean> won = new ArrayList<>();
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<Boolean>> both = List.of(
                        threads.submit(() -> wins(barrier, () -> amend(asked))),
                        threads.submit(() -> wins(
                                barrier,
                                () -> plane.decide(
                                        asked.approvalId(),
                                        Decision.APPROVED,
                                        ControlPlane.OPERATOR,
                                        asked.fenceToken()))));
                for (Future<Boolean> each : both) {
                    won.add(each.get(10, TimeUnit.SECONDS));
                }
            }
            assertThat(won).containsExactlyInAnyOrder(true, false);
            ApprovalState expected = won.getFirst() ? ApprovalState.CANCELLED : ApprovalState.APPROVED;
            assertThat(plane.stored(asked.approvalId()).state()).isEqualTo(expected);
            plane.clock.advance(Duration.ofMinutes(3));
            plane.sweep.tick();
        }
    }

    private static boolean wins(CyclicBarrier barrier, Callable<?> work) throws Exception {
        barrier.await(10, TimeUnit.SECONDS);
        try {
            work.call();
            return true;
        } catch (SoniaException e) {
            assertThat(e.code()).isIn(ErrorCode.ALREADY_DECIDED, ErrorCode.INVALID_STATE);
            return false;
        }
    }

    private AmendAnswer amend(Approval asked) {
        Caller somebodyElse = ControlPlane.OTHER;
        return plane.amend(asked, OTHER, somebodyElse, asked.fenceToken());
    }

    private static void refused(ErrorCode code, ThrowingCallable use) {
        assertThatThrownBy(use)
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
