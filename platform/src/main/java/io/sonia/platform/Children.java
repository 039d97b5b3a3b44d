package io.sonia.platform;

import io.sonia.evaos.supervision.ChildPlan;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Home;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.settings.ServicesConfig;
import io.sonia.kernel.settings.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How the other services are run as processes: like this one, with another name and {@code --child}. */
final class Children {

    private static final Path OWN_COMMAND = Path.of("/proc/self/cmdline");
    private static final List<String> INHERITED = List.of("PATH", "LANG", "LC_ALL", "TZ", "JAVA_TOOL_OPTIONS");

    /** Where the display is, which is the business of the tool executor alone. */
    private static final List<String> OF_THE_DISPLAY = List.of("DISPLAY", "XAUTHORITY");

    private Children() {}

    static List<ChildPlan> plans(Home home, Settings settings, Map<String, String> environment) {
        List<String> launcher = launcher();
        Map<String, String> inherited = new LinkedHashMap<>();
        environment.forEach((name, value) -> {
            if (INHERITED.contains(name) || name.startsWith("SONIA_") || name.startsWith("SOFIIA_")) {
                inherited.put(name, value);
            }
        });
        inherited.put("SONIA_HOME", home.root().toString());
        List<ChildPlan> plans = new ArrayList<>();
        for (ServiceName service : ServiceName.values()) {
            if (service != ServiceName.EVA_OS) {
                List<String> argv = new ArrayList<>(launcher);
                argv.add(service.wireName());
                argv.add("--child");
                Map<String, String> seen = new LinkedHashMap<>(inherited);
                if (service == ServiceName.OPENCLAW) {
                    OF_THE_DISPLAY.stream()
                            .filter(environment::containsKey)
                            .forEach(name -> seen.put(name, environment.get(name)));
                }
                plans.add(new ChildPlan(
                        service,
                        argv,
                        seen,
                        home.log(service).resolveSibling(service.wireName() + ".out"),
                        settings.section(ServicesConfig.SECTION).of(service).port()));
            }
        }
        return plans;
    }

    /** This process's own command up to and with its main class or jar. */
    private static List<String> launcher() {
        try {
            List<String> words = new ArrayList<>(List.of(
                    Files.readString(OWN_COMMAND, StandardCharsets.UTF_8).split("\0", -1)));
            words.set(0, ProcessHandle.current().info().command().orElse(words.getFirst()));
            int jar = words.indexOf("-jar");
            int main = jar < 0 ? words.indexOf(Main.class.getName()) : jar + 1;
            if (main < 0) {
                throw new IOException("neither a jar nor a main class among its words");
            }
            return words.subList(0, main + 1);
        } catch (IOException e) {
            throw SoniaException.of(
                    ErrorCode.INTERNAL_ERROR, "Cannot tell how this process was started: " + e.getMessage());
        }
    }
}
