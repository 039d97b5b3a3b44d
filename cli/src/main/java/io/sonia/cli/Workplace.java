package io.sonia.cli;

import io.sonia.kernel.Clock;
import io.sonia.kernel.Home;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a command works with.
 *
 * @param dist the folder of the distribution, with the jars and the start-up archives
 */
record Workplace(Home home, Path dist, Map<String, String> environment, Clock clock, Screen screen) {

    static Workplace of(Map<String, String> environment) {
        return new Workplace(
                new Home(Path.of(environment.getOrDefault("SONIA_HOME", "run"))),
                Path.of(System.getProperty("sonia.dist", "dist")).toAbsolutePath(),
                environment,
                Clock.system(),
                Screen.standard(environment));
    }
}
