package io.sonia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BootLogTest {

    @Test
    void ownMessageIsTakenWithItsIndentedLines() {
        assertThat(BootLog.reason(List.of(
                        "OpenJDK warning: something",
                        "sonia: The configuration was refused: 2 problems",
                        "  http.max_runing (file): no such field; nearest is max_running",
                        "  services.pipecat.port (file): expected an integer",
                        "")))
                .containsExactly(
                        "The configuration was refused: 2 problems",
                        "  http.max_runing (file): no such field; nearest is max_running",
                        "  services.pipecat.port (file): expected an integer");
    }

    @Test
    void lastOwnMessageCounts() {
        assertThat(BootLog.reason(List.of("sonia: first", "sonia: second"))).containsExactly("second");
    }

    @Test
    void withoutAnOwnMessageTheLastLineIsTheReason() {
        assertThat(BootLog.reason(List.of("Error occurred during initialization of VM", "Could not reserve space")))
                .containsExactly("Could not reserve space");
    }

    @Test
    void silenceIsNoReason() {
        assertThat(BootLog.reason(List.of("", " "))).isEmpty();
    }
}
