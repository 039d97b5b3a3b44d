package io.sonia.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ServiceName;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TargetTest {

    @Test
    void anAddressIsOfOneOperation() {
        assertThat(Target.of(ServiceName.API_GATEWAY, "GET", "v1/turns/turn_1"))
                .contains(new Target(Operation.TURN_GET, Map.of("turn_id", "turn_1")));
        assertThat(Target.of(ServiceName.API_GATEWAY, "POST", "v1/turns/turn_1/cancel"))
                .map(Target::operation)
                .contains(Operation.TURN_CANCEL);
        assertThat(Target.of(ServiceName.EVA_OS, "GET", "v1/audit/entries"))
                .map(Target::operation)
                .contains(Operation.AUDIT_ENTRIES);
    }

    @Test
    void staticPathsWinOverTemplates() {
        assertThat(Target.of(ServiceName.MEMORY_ENGINE, "GET", "v1/memory/conflicts"))
                .map(Target::operation)
                .contains(Operation.MEMORY_CONFLICTS);
    }

    @Test
    void whatTheServiceDoesNotServeIsNothing() {
        assertThat(Target.of(ServiceName.EVA_OS, "POST", "v1/turn")).isEmpty();
        assertThat(Target.of(ServiceName.API_GATEWAY, "PUT", "v1/turn")).isEmpty();
        assertThat(Target.of(ServiceName.API_GATEWAY, "GET", "v1/turns/turn_1/more"))
                .isEmpty();
        assertThat(Target.of(ServiceName.PIPECAT, "GET", "ws/ses_1")).isEmpty();
    }

    @Test
    void aTailTakesAllThatFollowsAndNeverNothing() {
        PathTemplate template = PathTemplate.of("/api/relay/{service}/{tail}");
        assertThat(template.match("api/relay/eva-os/v1/events/stream".split("/", -1)))
                .isEqualTo(Map.of("service", "eva-os", "tail", "v1/events/stream"));
        assertThat(template.match("api/relay/eva-os".split("/", -1))).isNull();
    }
}
