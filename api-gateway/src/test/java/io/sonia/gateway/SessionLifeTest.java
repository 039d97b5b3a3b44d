package io.sonia.gateway;

import static io.sonia.contracts.gateway.SessionStatus.ACTIVE;
import static io.sonia.contracts.gateway.SessionStatus.CLOSED;
import static io.sonia.contracts.gateway.SessionStatus.EXPIRED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.gateway.SessionStatus;
import io.sonia.gateway.SessionLife.Event;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SessionLifeTest {

    /** Every pair that leads somewhere; all others meet an ended session. */
    private static final Map<SessionStatus, Map<Event, SessionStatus>> EDGES = Map.of(
            ACTIVE, Map.of(Event.USE, ACTIVE, Event.RUN_OUT, EXPIRED, Event.CLOSE, CLOSED),
            EXPIRED, Map.of(Event.CLOSE, CLOSED));

    static Stream<Arguments> everyPair() {
        return Stream.of(SessionStatus.values())
                .flatMap(status -> Stream.of(Event.values()).map(event -> Arguments.of(status, event)));
    }

    @ParameterizedTest
    @MethodSource("everyPair")
    void everyStatusAndEventIsAnEdgeOrTheSessionHasEnded(SessionStatus status, Event event) {
        SessionStatus to = EDGES.getOrDefault(status, Map.of()).get(event);
        if (to != null) {
            assertThat(SessionLife.next(status, event)).isEqualTo(to);
            return;
        }
        assertThatThrownBy(() -> SessionLife.next(status, event))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SESSION_CLOSED));
    }

    @Test
    void aLifeBeginsActive() {
        assertThat(SessionLife.TABLE.start(Event.CREATE)).isEqualTo(ACTIVE);
    }
}
