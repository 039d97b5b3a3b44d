package io.sonia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.Home;
import io.sonia.kernel.ServiceName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AddressesTest {

    @TempDir
    Path folder;

    @Test
    void withoutConfigurationTheDefaultsHold() {
        assertThat(gateway(Map.of())).isEqualTo("http://127.0.0.1:7000");
    }

    @Test
    void fileAndEnvironmentAreRead() throws IOException {
        config("{\"services\":{\"api-gateway\":{\"host\":\"127.0.0.2\",\"port\":8000},\"pipecat\":{\"port\":8030}}}");

        assertThat(gateway(Map.of())).isEqualTo("http://127.0.0.2:8000");
        assertThat(gateway(Map.of("SONIA_SERVICES__API_GATEWAY__PORT", "9000"))).isEqualTo("http://127.0.0.2:9000");
        assertThat(gateway(Map.of("SONIA_SERVICES__API_GATEWAY__HOST", "127.0.0.3")))
                .isEqualTo("http://127.0.0.3:8000");
    }

    @Test
    void whatTheServicesWillRefuseIsPassedOver() throws IOException {
        config("{\"services\":{\"api-gateway\":{\"port\":\"many\"}}");
        assertThat(gateway(Map.of())).isEqualTo("http://127.0.0.1:7000");

        config("{\"services\":{\"api-gateway\":{\"port\":70000}}}");
        assertThat(gateway(Map.of())).isEqualTo("http://127.0.0.1:7000");
    }

    private String gateway(Map<String, String> environment) {
        return Addresses.of(new Home(folder), environment)
                .of(ServiceName.API_GATEWAY)
                .toString();
    }

    private void config(String text) throws IOException {
        Path file = new Home(folder).configFile();
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
