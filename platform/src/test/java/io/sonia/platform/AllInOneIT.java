package io.sonia.platform;

import io.sonia.contracts.ServiceDefinition;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Ids;
import io.sonia.kernel.logging.Logs;
import io.sonia.kernel.settings.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The scenarios with all services in this process. */
class AllInOneIT extends StackScenarios {

    @TempDir
    static Path folder;

    private static TestHome home;
    private static Stack stack;

    @BeforeAll
    static void start() throws IOException {
        home = TestHome.install(folder, Map.of());
        stack = start(home);
    }

    static Stack start(TestHome home) {
        return start(home, Clock.system(), Main.SERVICES);
    }

    static Stack start(TestHome home, Clock clock, List<ServiceDefinition> services) {
        Settings settings = Settings.load(home.home().configFile(), Map.of(), Main.sections(), clock);
        return Stack.start(
                services,
                new HostProcess(
                        home.home(), settings, 1, clock, new Ids(new SecureRandom()), new Logs(clock), Stack::halt));
    }

    @AfterAll
    static void stop() {
        stack.close();
    }

    @Override
    TestHome home() {
        return home;
    }
}
