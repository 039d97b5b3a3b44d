package io.sonia.evaos;

import static io.sonia.contracts.evaos.ApprovalState.APPROVED;
import static io.sonia.contracts.evaos.ApprovalState.CANCELLED;
import static io.sonia.contracts.evaos.ApprovalState.CONSUMED;
import static io.sonia.contracts.evaos.ApprovalState.DENIED;
import static io.sonia.contracts.evaos.ApprovalState.EXPIRED;
import static io.sonia.contracts.evaos.ApprovalState.PENDING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.evaos.Decision;
import io.sonia.contracts.evaos.Grant;
import io.sonia.evaos.ApprovalLife.Event;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ApprovalLifeTest {

    /** Every pair that leads somewhere; all others must be refused. */
    private static final Map<ApprovalState, Map<Event, ApprovalState>> EDGES = Map.of(
            PENDING,
            Map.of(
                    Event.APPROVE, APPROVED,
                    Event.AGREE, PENDING,
                    Event.DENY, DENIED,
                    Event.EXPIRE, EXPIRED,
                    Event.CANCEL, CANCELLED,
                    Event.AMEND, CANCELLED),
            APPROVED,
            Map.of(Event.CONSUME, CONSUMED, Event.EXPIRE, EXPIRED, Event.CANCEL, CANCELLED));

    @TempDir
    static Path folder;

    private static ControlPlane plane;

    @BeforeAll
    static void open() {
        plane = new ControlPlane(folder);
    }

    @AfterAll
    static void close() {
        plane.close();
    }

    static Stream<Arguments> everyPair() {
        return Stream.of(ApprovalState.values())
                .flatMap(state -> Stream.of(Event.values()).map(event -> Arguments.of(state, event)));
    }

    @ParameterizedTest
    @MethodSource("everyPair")
    void everyStateAndEventIsAnEdgeOrItsOwnRefusal(ApprovalState state, Event event) {
        Approval approval = in(state);
        ApprovalState to = EDGES.getOrDefault(state, Map.of()).get(event);
        if (to != null) {
            assertThat(ApprovalLife.next(approval, event)).isEqualTo(to);
            return;
        }
        assertThatThrownBy(() -> ApprovalLife.next(approval, event))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(refusal(state, event)));
    }

    private static ErrorCode refusal(ApprovalState state, Event event) {
        return switch (event) {
            case APPROVE, AGREE, DENY, AMEND ->
                switch (state) {
                    case APPROVED, DENIED, CONSUMED -> ErrorCode.ALREADY_DECIDED;
                    case EXPIRED -> ErrorCode.APPROVAL_EXPIRED;
                    case PENDING, CANCELLED -> ErrorCode.INVALID_STATE;
                };
            case CONSUME -> ErrorCode.INVALID_APPROVAL;
            case ASK, PERMIT, EXPIRE, CANCEL -> ErrorCode.INVALID_STATE;
        };
    }

    @Test
    void aLifeBeginsPendingOrApproved() {
        assertThat(ApprovalLife.TABLE.start(Event.ASK)).isEqualTo(PENDING);
        assertThat(ApprovalLife.TABLE.start(Event.PERMIT)).isEqualTo(APPROVED);
    }

    /** A stored approval that got into the state by the real operations. */
    private Approval in(ApprovalState state) {
        Approval asked = plane.pending();
        String id = asked.approvalId();
        switch (state) {
            case PENDING -> {}
            case APPROVED -> plane.decide(id, Decision.APPROVED, ControlPlane.OPERATOR, null);
            case DENIED -> plane.decide(id, Decision.DENIED, ControlPlane.OPERATOR, null);
            case EXPIRED -> {
                plane.clock.advance(Duration.ofMinutes(2));
                plane.sweep.tick();
            }
            case CANCELLED -> plane.cancel(asked, ControlPlane.OPERATOR, asked.fenceToken());
            case CONSUMED -> {
                plane.decide(id, Decision.APPROVED, ControlPlane.OPERATOR, null);
                Grant grant = plane.read(plane.grant(id, ControlPlane.GATEWAY).approvalToken());
                plane.consume(grant, "exe_1");
            }
        }
        Approval approval = plane.stored(id);
        assertThat(approval.state()).isEqualTo(state);
        return approval;
    }
}
