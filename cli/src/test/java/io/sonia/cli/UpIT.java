package io.sonia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.Home;
import io.sonia.kernel.ServiceName;
import io.sonia.testkit.OwnPorts;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Starting a process that behaves like the services, well or not; well within the minute that a start may take. */
@Timeout(45)
class UpIT {

    @TempDir
    Path folder;

    private final Captured captured = Captured.pipes();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private Home home;

    @BeforeEach
    void install() throws IOException {
        home = new Home(folder);
        Files.createDirectories(folder.resolve("dist"));
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.put(Attributes.Name.MAIN_CLASS, FakeStack.class.getName());
        main.put(Attributes.Name.CLASS_PATH, classPath());
        new JarOutputStream(Files.newOutputStream(folder.resolve("dist/sonia.jar")), manifest).close();
        OwnPorts ports = new OwnPorts();
        for (ServiceName service : ServiceName.values()) {
            environment.put("SONIA_SERVICES__" + service.name() + "__PORT", "" + ports.of(service));
        }
    }

    /** That of this test, as a manifest wants it. */
    private static String classPath() {
        String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return Stream.of(path.split(File.pathSeparator, -1))
                .map(each -> Path.of(each).toUri().toString())
                .collect(Collectors.joining(" "));
    }

    @AfterEach
    void stop() {
        Main.run(Captured.pipes().place(folder, environment), "down");
    }

    private int up(String wrong) throws IOException {
        Files.writeString(folder.resolve("fake"), wrong);
        return Main.run(captured.place(folder, environment), "up");
    }

    private void assertNothingRuns() {
        Addresses addresses = Addresses.of(home, environment);
        assertThat(ServiceName.values()).noneMatch(each -> Probe.listens(addresses.of(each)));
        assertThat(home.pidFile(ServiceName.EVA_OS)).doesNotExist();
    }

    @Test
    void aStartThatSucceedsSaysWhereItIs() throws IOException {
        assertThat(up("")).isZero();
        assertThat(captured.out())
                .startsWith("SONIA ")
                .contains(" is up after ")
                .contains("http://127.0.0.1:" + environment.get("SONIA_SERVICES__API_GATEWAY__PORT"))
                .contains(home.operatorToken().toString());
        for (ServiceName service : ServiceName.values()) {
            assertThat(captured.err()).containsPattern(service.wireName() + " +ready after");
        }
        assertThat(up("end 70")).isZero();
        assertThat(captured.err()).contains("SONIA is running already");
    }

    @Test
    void aStackThatRefusesEndsTheStartWithItsMessageAndItsCode() throws IOException {
        assertThat(up("end 78")).isEqualTo(78);
        assertThat(captured.err())
                .contains("sonia: SONIA could not start - The store is damaged - ./sonia doctor")
                .endsWith("\n  restore it\n");
        assertThat(captured.out()).isEmpty();
    }

    @Test
    void oneServiceThatRefusesEndsTheStartAtOnceWithItsMessageAndItsCode() throws IOException {
        assertThat(up("refuse openclaw 74")).isEqualTo(74);
        assertThat(captured.err())
                .contains("sonia: openclaw could not start - The store is damaged - ./sonia doctor")
                .endsWith("\n  restore it\n");
        assertThat(captured.out()).isEmpty();
        assertNothingRuns();
        assertThat(up("")).isZero();
    }

    @Test
    void whatAServiceSaidInAFormerLifeIsNoRefusal() throws IOException {
        Path out = home.log(ServiceName.OPENCLAW).resolveSibling("openclaw.out");
        Files.createDirectories(out.getParent());
        Files.writeString(out, FakeStack.REASON);
        assertThat(up("")).isZero();
    }

    @Test
    void aPortThatIsTakenIs75AndNamesWhoHasIt() throws IOException {
        int port = Integer.parseInt(environment.get("SONIA_SERVICES__PIPECAT__PORT"));
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(up("")).isEqualTo(75);
            assertThat(captured.err())
                    .contains("port " + taken.getLocalPort() + " of pipecat is taken")
                    .contains("process " + ProcessHandle.current().pid() + " ")
                    .contains("SONIA_SERVICES__PIPECAT__PORT");
        }
        assertNothingRuns();
    }

    @Test
    void aHomeThatCannotBeWrittenIs74() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "no folder");
        Workplace place = captured.place(file.resolve("home"), environment);
        Workplace elsewhere =
                new Workplace(place.home(), folder.resolve("dist"), environment, place.clock(), place.screen());
        assertThat(Main.run(elsewhere, "up")).isEqualTo(74);
        assertThat(captured.err())
                .startsWith("sonia: ")
                .contains(file.toString())
                .contains("set SONIA_HOME");
    }
}
