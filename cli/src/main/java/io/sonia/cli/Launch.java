package io.sonia.cli;

import io.sonia.kernel.ServiceName;
import io.sonia.kernel.process.Child;
import io.sonia.kernel.process.Command;
import io.sonia.kernel.process.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The command line of the services' process, and its start in a session of its own. */
final class Launch {

    /** Serial collection and small headers: decisions/0007. */
    private static final List<String> JVM = List.of(
            "-Xlog:disable", "-XX:-UsePerfData", "-Xmx128m", "-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders");

    /** Quick to get going, slower in the end: the compiler that is quick itself, and reflection without any compiling. */
    private static final List<String> QUICK_START =
            List.of("-XX:TieredStopAtLevel=1", "-Djdk.reflect.useNativeAccessorOnly=true");

    /** Where a training run notes the classes it loads, from which the start-up archive is made. */
    private static final String CLASS_LIST = "sonia.class.list";

    /** SQLite's library, unpacked by the build where it knows the platform; the driver unpacks its own otherwise. */
    private static final String SQLITE = "libsqlitejdbc.so";

    private final Workplace place;
    private final boolean allInOne;
    private final boolean throughput;

    /** @param throughput whether to spend time and memory at first on being faster later */
    Launch(Workplace place, boolean allInOne, boolean throughput) {
        this.place = place;
        this.allInOne = allInOne;
        this.throughput = throughput;
    }

    /** What the process writes outside of the services' own logs: why it could not start. */
    static Path bootLog(Workplace place) {
        return place.home().log(ServiceName.EVA_OS).resolveSibling("boot.log");
    }

    Child start(Processes processes) throws IOException {
        Path log = bootLog(place);
        Files.deleteIfExists(log);
        Map<String, String> environment = new HashMap<>(place.environment());
        environment.put("SONIA_HOME", place.home().root().toString());
        Child child =
                processes.spawn(new Command(argv(), environment, place.home().root(), log));
        child.input().close();
        return child;
    }

    private List<String> argv() {
        return allInOne ? argv("all") : argv(ServiceName.EVA_OS.wireName(), "--supervise");
    }

    /** Runs the services' jar with these words. */
    List<String> argv(String... words) {
        List<String> argv = new ArrayList<>();
        argv.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        argv.addAll(JVM);
        if (!throughput) {
            argv.addAll(QUICK_START);
        }
        String classList = System.getProperty(CLASS_LIST);
        Path archive = place.dist().resolve("services.jsa");
        if (classList != null) {
            argv.add("-XX:DumpLoadedClassList=" + classList);
        } else if (Files.isReadable(archive)) {
            argv.add("-XX:SharedArchiveFile=" + archive);
        }
        Path library = place.dist().resolve("native");
        if (Files.isReadable(library.resolve(SQLITE))) {
            argv.add("-Dorg.sqlite.lib.path=" + library);
            argv.add("-Dorg.sqlite.lib.name=" + SQLITE);
        }
        argv.add("-Dsonia.dist=" + place.dist());
        argv.add("-jar");
        argv.add(place.dist().resolve("sonia.jar").toString());
        argv.addAll(List.of(words));
        return argv;
    }
}
