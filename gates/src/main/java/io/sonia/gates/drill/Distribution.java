package io.sonia.gates.drill;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The built distribution and the programs beside it.
 *
 * @param searchPath where programs are looked for, as in the environment variable PATH
 */
public record Distribution(Path folder, String searchPath) {

    private static final String SQLITE = "libsqlitejdbc.so";

    public Distribution {
        folder = folder.toAbsolutePath().normalize();
    }

    /** The command line of one service, as the {@code sonia} command starts it. */
    List<String> service(String... words) {
        List<String> argv = java(128);
        Path archive = folder.resolve("services.jsa");
        if (Files.isReadable(archive)) {
            argv.add("-XX:SharedArchiveFile=" + archive);
        }
        argv.add("-jar");
        argv.add(folder.resolve("sonia.jar").toString());
        argv.addAll(List.of(words));
        return argv;
    }

    /** The command line of a small process of the drills' own code; {@code archive} says what to do with its classes. */
    List<String> subject(Path store, String operation, String archive) {
        List<String> argv = java(48);
        argv.add(archive);
        argv.add("--enable-native-access=ALL-UNNAMED");
        argv.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.sonia.gates.Main"));
        argv.addAll(List.of(Drills.SUBJECT, store.toString(), operation));
        return argv;
    }

    private List<String> java(int megabytes) {
        List<String> argv = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:disable",
                "-Djdk.reflect.useNativeAccessorOnly=true",
                "-XX:-UsePerfData",
                "-Xmx" + megabytes + "m",
                "-XX:+UseSerialGC",
                "-XX:+UseCompactObjectHeaders",
                "-XX:TieredStopAtLevel=1"));
        Path library = folder.resolve("native");
        if (Files.isReadable(library.resolve(SQLITE))) {
            argv.add("-Dorg.sqlite.lib.path=" + library);
            argv.add("-Dorg.sqlite.lib.name=" + SQLITE);
        }
        return argv;
    }

    /** A program of the machine, if it is installed. */
    Optional<Path> program(String name) {
        return Stream.of(searchPath.split(":", -1))
                .filter(each -> each.startsWith("/"))
                .map(each -> Path.of(each, name))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
