package io.sonia.evaos;

import static io.sonia.contracts.evaos.TaskStatus.CANCELLED;
import static io.sonia.contracts.evaos.TaskStatus.CREATED;
import static io.sonia.contracts.evaos.TaskStatus.DELETED;
import static io.sonia.contracts.evaos.TaskStatus.FAILED;
import static io.sonia.contracts.evaos.TaskStatus.RUNNING;
import static io.sonia.contracts.evaos.TaskStatus.SUCCEEDED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.evaos.TaskStatus;
import io.sonia.evaos.TaskLife.Event;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TaskLifeTest {

    /** Every pair that leads somewhere; all others must be refused. */
    private static final Map<TaskStatus, Map<Event, TaskStatus>> EDGES = Map.of(
            CREATED,
            Map.of(Event.START, RUNNING, Event.CANCEL, CANCELLED, Event.DELETE, DELETED),
            RUNNING,
            Map.of(
                    Event.PROGRESS, RUNNING,
                    Event.SUCCEED, SUCCEEDED,
                    Event.FAIL, FAILED,
                    Event.CANCEL, CANCELLED,
                    Event.DELETE, DELETED),
            SUCCEEDED,
            Map.of(Event.DELETE, DELETED),
            FAILED,
            Map.of(Event.DELETE, DELETED),
            CANCELLED,
            Map.of(Event.DELETE, DELETED));

    static Stream<Arguments> everyPair() {
        return Stream.of(TaskStatus.values())
                .flatMap(status -> Stream.of(Event.values()).map(event -> Arguments.of(status, event)));
    }

    @ParameterizedTest
    @MethodSource("everyPair")
    void everyStatusAndEventIsAnEdgeOrInvalidState(TaskStatus status, Event event) {
        TaskStatus to = EDGES.getOrDefault(status, Map.of()).get(event);
        if (to != null) {
            assertThat(TaskLife.TABLE.require(status, event)).isEqualTo(to);
            return;
        }
        assertThatThrownBy(() -> TaskLife.TABLE.require(status, event))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_STATE));
    }

    @Test
    void anUpdateMeansTheEventThatLeadsToItsStatus() {
        assertThat(TaskLife.update(CREATED, RUNNING)).contains(Event.START);
        assertThat(TaskLife.update(RUNNING, RUNNING)).contains(Event.PROGRESS);
        assertThat(TaskLife.update(RUNNING, null)).contains(Event.PROGRESS);
        assertThat(TaskLife.update(RUNNING, CREATED)).isEmpty();
        assertThat(TaskLife.update(RUNNING, DELETED)).isEmpty();
    }
}
