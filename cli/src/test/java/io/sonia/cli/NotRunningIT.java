package io.sonia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.Home;
import io.sonia.kernel.SecretFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every command that needs a running stack, without one. */
class NotRunningIT {

    @TempDir
    Path folder;

    private final Captured captured = Captured.pipes();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "chat hi",
                "chat --json hi",
                "approvals list",
                "approvals approve apr_1",
                "approvals deny apr_1",
                "audit list",
                "audit trace req_1",
                "audit verify",
                "status",
                "status --json"
            })
    void exitCodeIs3AndTheCureIsNamed(String line) throws IOException {
        assertThat(Main.run(place(), line.split(" ", -1))).isEqualTo(3);
        assertThat(captured.err()).startsWith("sonia: SONIA is not running - ").endsWith("start it with ./sonia up\n");

        Home home = new Home(folder);
        SecretFile.createFolder(home.operatorToken().getParent());
        SecretFile.write(home.operatorToken(), "sk-sonia-test".getBytes(StandardCharsets.US_ASCII));
        assertThat(Main.run(place(), line.split(" ", -1))).isEqualTo(3);
    }

    /** Nobody listens on port 1. */
    private Workplace place() {
        Map<String, String> environment = new HashMap<>();
        for (String service : List.of(
                "EVA_OS", "MEMORY_ENGINE", "MODEL_ROUTER", "OPENCLAW", "API_GATEWAY", "PIPECAT", "SOFIIA_CONSOLE")) {
            environment.put("SONIA_SERVICES__" + service + "__PORT", "1");
        }
        return captured.place(folder, environment);
    }
}
