package io.sonia.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.gateway.TurnEvent;
import io.sonia.contracts.gateway.TurnFrame;
import io.sonia.testkit.FakeClock;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TurnFeedTest {

    private final TurnFeed feed = new TurnFeed("ses_1", "turn_1", "req_1", new FakeClock());

    @Test
    void framesAreCountedWhoeverTheyAreFor() throws InterruptedException {
        TurnFeed.Listener listener = feed.listen();
        feed.send(TurnEvent.STARTED, Map.of("input_len", 5));
        TurnFrame parked = feed.frame(TurnEvent.PARKED, Map.of());
        feed.send(TurnEvent.DONE, Map.of());

        TurnFrame first = listener.next(0);
        TurnFrame last = listener.next(0);
        assertThat(first).isNotNull();
        assertThat(last).isNotNull();
        assertThat(first.seq()).isEqualTo(1);
        assertThat(parked.seq()).isEqualTo(2);
        assertThat(last.seq()).isEqualTo(3);
        assertThat(last.type()).isEqualTo(TurnEvent.DONE);
        assertThat(parked.sessionId()).isEqualTo("ses_1");
        assertThat(parked.turnId()).isEqualTo("turn_1");
        assertThat(listener.next(0)).isNull();
    }

    @Test
    void nobodyListensNothingIsCounted() {
        feed.send(TurnEvent.STARTED, Map.of());
        assertThat(feed.frame(TurnEvent.DONE, Map.of()).seq()).isEqualTo(1);
    }
}
