package io.sonia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LogLineTest {

    private final Screen screen = Captured.terminal().screen();

    @Test
    void columnsComeInReadingOrder() {
        String raw = "{\"timestamp\":\"2026-01-31T08:00:00.123Z\",\"level\":\"warn\",\"service\":\"eva-os\","
                + "\"correlation_id\":\"req_1\",\"duration_ms\":12.345,\"event\":\"approval.expired\","
                + "\"message\":\"Nobody decided\",\"approval_id\":\"apr_1\",\"via\":null}";

        assertThat(new LogLine(raw).shown(screen))
                .isEqualTo("2026-01-31 08:00:00.123 warn  eva-os         approval.expired  Nobody decided"
                        + "  approval_id=apr_1 12 ms req_1");
    }

    @Test
    void exceptionIsOneLine() {
        String raw =
                "{\"timestamp\":\"t\",\"level\":\"error\",\"service\":\"eva-os\",\"event\":\"e\",\"message\":\"m\","
                        + "\"exception\":{\"type\":\"java.io.IOException\",\"message\":\"disk\",\"stack\":[\"a\",\"b\"]}}";

        assertThat(new LogLine(raw).shown(screen)).endsWith("java.io.IOException: disk");
    }

    @Test
    void anythingElseIsShownAsItIs() {
        assertThat(new LogLine("sonia: no JSON").shown(screen)).isEqualTo("sonia: no JSON");
        assertThat(new LogLine("{half").shown(screen)).isEqualTo("{half");
    }

    @Test
    void logCannotDriveTheTerminal() {
        assertThat(new LogLine("{\"event\":\"e\",\"message\":\"\\u001b[2J\"}").shown(screen))
                .doesNotContain("\u001b");
        assertThat(new LogLine("\u001b[2J").shown(screen)).doesNotContain("\u001b");
    }
}
