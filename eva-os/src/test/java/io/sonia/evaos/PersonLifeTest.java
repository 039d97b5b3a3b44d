package io.sonia.evaos;

import static io.sonia.contracts.evaos.UserStatus.ACTIVE;
import static io.sonia.contracts.evaos.UserStatus.DELETED;
import static io.sonia.contracts.evaos.UserStatus.SUSPENDED;
import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.evaos.UserStatus;
import io.sonia.evaos.PersonLife.Event;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PersonLifeTest {

    /** Every pair that leads somewhere; all others must be refused. */
    private static final Map<UserStatus, Map<Event, UserStatus>> EDGES = Map.of(
            ACTIVE,
            Map.of(
                    Event.CHANGE, ACTIVE,
                    Event.SUSPEND, SUSPENDED,
                    Event.ROTATE, ACTIVE,
                    Event.REVOKE, ACTIVE,
                    Event.DELETE, DELETED),
            SUSPENDED,
            Map.of(Event.CHANGE, SUSPENDED, Event.RESUME, ACTIVE, Event.REVOKE, SUSPENDED, Event.DELETE, DELETED),
            DELETED,
            Map.of());

    static Stream<Arguments> everyPair() {
        return Stream.of(UserStatus.values())
                .flatMap(status -> Stream.of(Event.values()).map(event -> Arguments.of(status, event)));
    }

    @ParameterizedTest
    @MethodSource("everyPair")
    void everyStatusAndEventIsAnEdgeOrNone(UserStatus status, Event event) {
        assertThat(PersonLife.TABLE.next(status, event))
                .isEqualTo(Optional.ofNullable(EDGES.get(status).get(event)));
    }

    @Test
    void anUpdateMeansTheEventThatLeadsToItsStatus() {
        assertThat(PersonLife.update(ACTIVE, null)).contains(Event.CHANGE);
        assertThat(PersonLife.update(ACTIVE, ACTIVE)).contains(Event.CHANGE);
        assertThat(PersonLife.update(ACTIVE, SUSPENDED)).contains(Event.SUSPEND);
        assertThat(PersonLife.update(SUSPENDED, SUSPENDED)).contains(Event.CHANGE);
        assertThat(PersonLife.update(SUSPENDED, ACTIVE)).contains(Event.RESUME);
        assertThat(PersonLife.update(ACTIVE, DELETED)).isEmpty();
    }
}
