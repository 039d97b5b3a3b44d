package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ServiceName;
import io.sonia.testdb.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scenarios with all services in this process and their journals in a PostgreSQL database. */
class PostgresStackIT extends StackScenarios {

    @TempDir
    static Path folder;

    private static TestHome home;
    private static Stack stack;

    @BeforeAll
    static void start() throws IOException {
        home = TestHome.install(folder, Map.of("journal", PostgresServer.settings()));
        stack = AllInOneIT.start(home);
    }

    @AfterAll
    static void stop() {
        stack.close();
    }

    @Override
    TestHome home() {
        return home;
    }

    @Test
    void onlyTheMemoryEngineKeepsAFile() {
        for (ServiceName service : ServiceName.values()) {
            assertThat(Files.exists(home.home().database(service)))
                    .as(service.wireName())
                    .isEqualTo(service == ServiceName.MEMORY_ENGINE);
        }
    }
}
