package io.sonia.evaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.ApprovalFilter;
import io.sonia.contracts.evaos.ApprovalList;
import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.evaos.ApprovalWait;
import io.sonia.contracts.evaos.ApproveAnswer;
import io.sonia.contracts.evaos.Decision;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.identity.Caller;
import io.sonia.kernel.identity.Role;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApprovalsTest {

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
    void aYesIsStoredWithWhoSaidIt() {
        Approval asked = plane.pending();

        ApproveAnswer answer =
                plane.decide(asked.approvalId(), Decision.APPROVED, ControlPlane.OTHER, asked.fenceToken());

        Approval stored = plane.stored(asked.approvalId());
        assertThat(answer.status()).isEqualTo(ApprovalState.APPROVED);
        assertThat(answer.approval()).isEqualTo(stored);
        assertThat(stored.decidedBy()).isEqualTo(new Approval.Decider("usr_2", "operator"));
        assertThat(stored.fenceToken()).isGreaterThan(asked.fenceToken()).isEqualTo(answer.fenceToken());
        assertThat(stored.grantExpiresAt()).isEqualTo(plane.clock.now().plusSeconds(60));
        assertThat(plane.recorded()).containsExactly("gate", "approve");
    }

    @Test
    void aNoIsFinal() {
        Approval asked = plane.pending();
        plane.decide(asked.approvalId(), Decision.DENIED, ControlPlane.OPERATOR, null);

        refused(() -> approve(asked, ControlPlane.OPERATOR), ErrorCode.ALREADY_DECIDED);
        assertThat(plane.stored(asked.approvalId()).state()).isEqualTo(ApprovalState.DENIED);
    }

    @Test
    void whoComesLateIsToldWhoWonEvenWithTheOldFence() {
        Approval asked = plane.pending();
        ApproveAnswer won = approve(asked, ControlPlane.OPERATOR);

        assertThatThrownBy(
                        () -> plane.decide(asked.approvalId(), Decision.DENIED, ControlPlane.OTHER, asked.fenceToken()))
                .isInstanceOfSatisfying(SoniaException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.ALREADY_DECIDED);
                    assertThat(e.details().get("winner"))
                            .isEqualTo(Map.of(
                                    "decision", "approved",
                                    "decided_at", "2026-01-01T00:00:00.000Z",
                                    "decided_by", "usr_1",
                                    "fence_token", won.fenceToken()));
                });
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5, 8, 16})
    void ofManyDecidersAtOnceExactlyOneWins(int deciders) throws Exception {
        for (int round = 0; round < 5; round++) {
            Approval asked = plane.pending();
            CyclicBarrier barrier = new CyclicBarrier(deciders);
            List<String> winners = new ArrayList<>();
            List<Object> told = new ArrayList<>();
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<Object>> all = new ArrayList<>();
                for (int i = 0; i < deciders; i++) {
                    Decision decision = i % 2 == 0 ? Decision.APPROVED : Decision.DENIED;
                    Caller caller = new Caller("usr_" + i, ControlPlane.OPERATOR.role(), null, null);
                    all.add(threads.submit(() -> race(barrier, asked, decision, caller)));
                }
                for (Future<Object> each : all) {
                    Object outcome = each.get(10, TimeUnit.SECONDS);
                    if (outcome instanceof ApproveAnswer answer) {
                        winners.add(answer.approval().decidedBy().actorId());
                    } else {
                        told.add(outcome);
                    }
                }
            }
            Approval stored = plane.stored(asked.approvalId());
            assertThat(winners).containsExactly(stored.decidedBy().actorId());
            assertThat(told)
                    .hasSize(deciders - 1)
                    .containsOnly(stored.decidedBy().actorId());
        }
    }

    @Test
    void theWriteItselfRefusesWhoSawAnOlderRow() {
        Approval seen = plane.pending();
        approve(seen, ControlPlane.OPERATOR);

        refused(
                () -> plane.journal.commit(tx -> ApprovalEdges.take(
                        tx,
                        seen,
                        ApprovalLife.Event.DENY,
                        Map.of(),
                        plane.base.own("approve", "timer"),
                        seen.createdAt())),
                ErrorCode.ALREADY_DECIDED);
        assertThat(plane.stored(seen.approvalId()).state()).isEqualTo(ApprovalState.APPROVED);
        assertThat(plane.recorded()).containsExactly("gate", "approve");
    }

    private Object race(CyclicBarrier barrier, Approval asked, Decision decision, Caller caller) throws Exception {
        barrier.await(10, TimeUnit.SECONDS);
        try {
            return plane.decide(asked.approvalId(), decision, caller, asked.fenceToken());
        } catch (SoniaException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.ALREADY_DECIDED);
            return ((Map<?, ?>) e.details().get("winner")).get("decided_by");
        }
    }

    @Test
    void aFenceThatIsNotTheCurrentOneIsRefused() {
        Approval asked = plane.pending();
        for (long fence : new long[] {0, asked.fenceToken() - 1, asked.fenceToken() + 1}) {
            refused(
                    () -> plane.decide(asked.approvalId(), Decision.APPROVED, ControlPlane.OPERATOR, fence),
                    ErrorCode.STALE_FENCE);
        }
        assertThat(plane.stored(asked.approvalId()).state()).isEqualTo(ApprovalState.PENDING);
    }

    @Test
    void anUnknownApprovalIsNotFound() {
        refused(() -> plane.decide("apr_none", Decision.APPROVED, ControlPlane.OPERATOR, null), ErrorCode.NOT_FOUND);
        refused(() -> plane.decide("a b", Decision.APPROVED, ControlPlane.OPERATOR, null), ErrorCode.INVALID_ARGUMENT);
    }

    @Test
    void aServiceNeverDecidesLeastOfAllItsOwnRequest() {
        Approval asked = plane.pending();

        refused(() -> approve(asked, ControlPlane.GATEWAY), ErrorCode.SELF_APPROVAL_DENIED);
        refused(() -> approve(asked, ControlPlane.OPENCLAW), ErrorCode.FORBIDDEN);
        refused(() -> plane.decide("apr_none", Decision.APPROVED, ControlPlane.GATEWAY, null), ErrorCode.FORBIDDEN);
        assertThat(plane.stored(asked.approvalId()).state()).isEqualTo(ApprovalState.PENDING);
    }

    @Test
    void withSecondPersonTheRequesterMayNotDecide() {
        plane.limits = ControlPlane.limits("{\"second_person\": true}");
        Approval asked = plane.pending();

        refused(() -> approve(asked, ControlPlane.OPERATOR), ErrorCode.SELF_APPROVAL_DENIED);
        assertThat(approve(asked, ControlPlane.OTHER).status()).isEqualTo(ApprovalState.APPROVED);
    }

    @Test
    void aTierOfTwoNeedsTwoDifferentPersons() {
        plane.limits = ControlPlane.limits("{\"two_person_tiers\": [\"guarded_medium\"]}");
        Approval asked = plane.pending();

        ApproveAnswer first = approve(asked, ControlPlane.OPERATOR);
        assertThat(first.status()).isEqualTo(ApprovalState.PENDING);
        assertThat(first.approval().approvals()).hasSize(1);
        refused(() -> approve(asked, ControlPlane.OPERATOR), ErrorCode.ALREADY_DECIDED);
        refused(
                () -> plane.decide(asked.approvalId(), Decision.APPROVED, ControlPlane.OTHER, asked.fenceToken()),
                ErrorCode.STALE_FENCE);

        ApproveAnswer second = approve(asked, ControlPlane.OTHER);
        assertThat(second.status()).isEqualTo(ApprovalState.APPROVED);
        assertThat(second.approval().approvals())
                .extracting(Approval.Agreement::actorId)
                .containsExactly("usr_1", "usr_2");
    }

    @Test
    void ofTwoPersonsOneNoIsEnough() {
        plane.limits = ControlPlane.limits("{\"two_person_tiers\": [\"guarded_medium\"]}");
        Approval asked = plane.pending();
        approve(asked, ControlPlane.OPERATOR);

        ApproveAnswer no = plane.decide(asked.approvalId(), Decision.DENIED, ControlPlane.OTHER, null);

        assertThat(no.status()).isEqualTo(ApprovalState.DENIED);
        assertThat(no.approval().approvals()).hasSize(1);
        refused(() -> approve(asked, new Caller("usr_9", Role.OPERATOR, null, null)), ErrorCode.ALREADY_DECIDED);
    }

    @Test
    void whoAgreedFirstCannotBeTheSecondHoweverOftenAndAtOnce() throws Exception {
        plane.limits = ControlPlane.limits("{\"two_person_tiers\": [\"guarded_medium\"]}");
        Approval asked = plane.pending();
        int tries = 8;
        CyclicBarrier barrier = new CyclicBarrier(tries);
        int agreed = 0;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Object>> all = new ArrayList<>();
            for (int i = 0; i < tries; i++) {
                all.add(threads.submit(() -> {
                    barrier.await(10, TimeUnit.SECONDS);
                    try {
                        return approve(asked, ControlPlane.OPERATOR);
                    } catch (SoniaException e) {
                        assertThat(e.code()).isEqualTo(ErrorCode.ALREADY_DECIDED);
                        return e;
                    }
                }));
            }
            for (Future<Object> each : all) {
                agreed += each.get(10, TimeUnit.SECONDS) instanceof ApproveAnswer ? 1 : 0;
            }
        }
        assertThat(agreed).isEqualTo(1);
        assertThat(plane.stored(asked.approvalId()).state()).isEqualTo(ApprovalState.PENDING);
        assertThat(plane.stored(asked.approvalId()).approvals()).hasSize(1);
    }

    @Test
    void withSecondPersonAndTwoToAgreeTheRequesterIsNeitherOfThem() {
        plane.limits = ControlPlane.limits("{\"second_person\": true, \"two_person_tiers\": [\"guarded_medium\"]}");
        Approval asked = plane.pending();

        refused(() -> approve(asked, ControlPlane.OPERATOR), ErrorCode.SELF_APPROVAL_DENIED);
        assertThat(approve(asked, ControlPlane.OTHER).status()).isEqualTo(ApprovalState.PENDING);
        assertThat(approve(asked, new Caller("usr_9", Role.OPERATOR, null, null))
                        .status())
                .isEqualTo(ApprovalState.APPROVED);
    }

    @Test
    void pastItsTimeItHasExpiredEvenBeforeTheTimerCame() {
        Approval asked = plane.pending();
        plane.clock.advance(Duration.ofMinutes(2));

        refused(() -> approve(asked, ControlPlane.OPERATOR), ErrorCode.APPROVAL_EXPIRED);
        Approval stored = plane.stored(asked.approvalId());
        assertThat(stored.state()).isEqualTo(ApprovalState.EXPIRED);
        assertThat(stored.fenceToken()).isGreaterThan(asked.fenceToken());
        assertThat(plane.recorded()).containsExactly("gate", "approval.expire");
    }

    @Test
    void aMillisecondBeforeItsTimeItCanBeDecided() {
        Approval asked = plane.pending();
        plane.clock.advance(Duration.ofMillis(119_999));

        assertThat(approve(asked, ControlPlane.OPERATOR).status()).isEqualTo(ApprovalState.APPROVED);
    }

    @Test
    void theServiceThatAskedAndOperatorsMayCancel() {
        Approval first = plane.pending();
        Approval second = plane.pending();

        assertThat(plane.cancel(first, ControlPlane.GATEWAY, first.fenceToken()).state())
                .isEqualTo(ApprovalState.CANCELLED);
        refused(() -> plane.cancel(second, ControlPlane.OPENCLAW, second.fenceToken()), ErrorCode.FORBIDDEN);
        refused(() -> plane.cancel(second, ControlPlane.OTHER, second.fenceToken() - 1), ErrorCode.STALE_FENCE);
        refused(() -> plane.cancel(second, ControlPlane.OTHER, null), ErrorCode.INVALID_ARGUMENT);
        assertThat(plane.cancel(second, ControlPlane.OTHER, second.fenceToken()).decisionReason())
                .isEqualTo("no longer needed");
        refused(() -> plane.cancel(second, ControlPlane.OTHER, second.fenceToken()), ErrorCode.INVALID_STATE);
    }

    @Test
    void whoWaitsIsWokenByTheDecision() {
        Approval asked = plane.pending();
        CompletableFuture<Approval> waiting =
                CompletableFuture.supplyAsync(() -> wait(asked.approvalId(), 30_000, ControlPlane.OPERATOR));

        approve(asked, ControlPlane.OPERATOR);

        assertThat(waiting.orTimeout(10, TimeUnit.SECONDS).join().state()).isEqualTo(ApprovalState.APPROVED);
    }

    @Test
    void waitingEndsWithoutADecisionToo() {
        Approval asked = plane.pending();

        assertThat(wait(asked.approvalId(), 5, ControlPlane.OPERATOR).state()).isEqualTo(ApprovalState.PENDING);
    }

    @Test
    void pagesGoNewestFirstAndStayRightUnderInserts() {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ids.addFirst(plane.pending().approvalId());
            plane.clock.advance(Duration.ofMillis(1));
        }
        ApprovalList first = list(new ApprovalFilter(ApprovalState.PENDING, null, null, 2, null));
        plane.pending();
        ApprovalList second = list(new ApprovalFilter(ApprovalState.PENDING, null, null, 2, first.nextCursor()));
        ApprovalList third = list(new ApprovalFilter(ApprovalState.PENDING, null, null, 2, second.nextCursor()));

        List<String> seen = new ArrayList<>();
        List.of(first, second, third).forEach(page -> page.approvals().forEach(each -> seen.add(each.approvalId())));
        assertThat(seen).isEqualTo(ids);
        assertThat(first.total()).isEqualTo(5);
        assertThat(third.pendingCount()).isEqualTo(6);
        assertThat(third.nextCursor()).isNull();
    }

    @Test
    void aCursorIsGoodForItsOwnListingOnly() {
        plane.pending();
        plane.pending();
        String cursor = list(new ApprovalFilter(ApprovalState.PENDING, null, null, 1, null))
                .nextCursor();

        refused(() -> list(new ApprovalFilter(ApprovalState.DENIED, null, null, 1, cursor)), ErrorCode.INVALID_CURSOR);
    }

    @Test
    void listsCanBeNarrowed() {
        plane.gate.judge(plane.call(
                Operation.GATE,
                ControlPlane.request("file.write", Map.of("path", "a", "content", ""), "ses_1"),
                ControlPlane.OTHER));
        plane.pending();

        assertThat(list(new ApprovalFilter(ApprovalState.PENDING, "ses_1", null, 50, null))
                        .approvals())
                .hasSize(1);
        assertThat(list(new ApprovalFilter(ApprovalState.PENDING, null, "usr_2", 50, null))
                        .approvals())
                .hasSize(1);
        assertThat(list(new ApprovalFilter(ApprovalState.PENDING, "ses_1", "usr_1", 50, null))
                        .total())
                .isZero();
    }

    @Test
    void anObserverSeesNoTexts() {
        Approval asked = plane.pending();

        Approval shown = wait(asked.approvalId(), 0, ControlPlane.OBSERVER);

        assertThat(shown.args()).isEqualTo(Map.of("path", "***", "content", "***"));
        assertThat(shown.digest()).isEqualTo(asked.digest());
    }

    private ApproveAnswer approve(Approval approval, Caller caller) {
        return plane.decide(approval.approvalId(), Decision.APPROVED, caller, null);
    }

    private Approval wait(String id, int millis, Caller caller) {
        return ControlPlane.data(plane.approvals.get(
                plane.call(Operation.APPROVAL_GET, new ApprovalWait(millis), caller, Map.of("approval_id", id), null)));
    }

    private ApprovalList list(ApprovalFilter filter) {
        return ControlPlane.data(
                plane.approvals.list(plane.call(Operation.APPROVAL_LIST, filter, ControlPlane.OPERATOR)));
    }

    private static void refused(ThrowingCallable use, ErrorCode code) {
        assertThatThrownBy(use)
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
