package io.sonia.gateway;

import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** A gateway and the services behind it; the gateway can die and live again. */
final class House implements AutoCloseable {

    final ShiftedClock clock = new ShiftedClock();
    final Behind behind;
    private final Path folder;
    private final Served.Ground ground;
    GatewayLife gateway;

    House(Path folder) throws IOException {
        this(folder, Map.of());
    }

    /** A house whose gateway has these settings. */
    House(Path folder, Map<String, ?> settings) throws IOException {
        Ids ids = new Ids(new SecureRandom());
        this.folder = folder;
        this.ground = new Served.Ground(Served.settings(folder, settings, clock), new Keys(clock, ids), clock, ids);
        this.behind = new Behind(ground);
        this.gateway = new GatewayLife(folder, ground, behind.port());
    }

    /** Changes a section of the settings' file while the gateway runs, as an operator would. */
    void configure(String section, Map<String, ?> values) throws IOException {
        Path file = folder.resolve("sonia-config.json");
        Map<String, Object> whole = new HashMap<>(Json.parseObject(Files.readAllBytes(file)));
        whole.put(section, values);
        Files.write(file, Json.bytes(whole));
        ground.settings().reload();
    }

    /** Sends a request whose sender will not live to hear the answer. */
    void askInVain(Consumer<GatewayLife> request) {
        GatewayLife life = gateway;
        Thread.ofVirtual().start(() -> {
            try {
                request.accept(life);
            } catch (SoniaException crashed) {
                // As it should.
            }
        });
    }

    /** The gateway is gone, with whatever it was about to do. */
    void crash() {
        gateway.die();
    }

    /** The gateway crashes and is started again. */
    void restart() {
        crash();
        start();
    }

    void start() {
        gateway = new GatewayLife(folder, ground, behind.port());
    }

    @Override
    public void close() {
        gateway.close();
        behind.close();
    }
}
