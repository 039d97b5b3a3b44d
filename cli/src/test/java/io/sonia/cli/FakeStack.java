package io.sonia.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.sonia.contracts.evaos.RestartBudget;
import io.sonia.contracts.evaos.ServiceList;
import io.sonia.contracts.evaos.ServiceRecord;
import io.sonia.contracts.evaos.ServiceState;
import io.sonia.kernel.Home;
import io.sonia.kernel.SecretFile;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What {@code sonia up} starts in place of the services. The file {@code fake} in the home says what goes wrong: nothing,
 * {@code end <code>} for the whole stack or {@code refuse <service> <code>} for one service alone.
 */
public final class FakeStack {

    static final String REASON = "sonia: The store is damaged\n  restore it\n";

    private final Home home = new Home(Path.of(System.getenv("SONIA_HOME")));
    private final List<String> wrong;

    private FakeStack() throws IOException {
        Path file = home.root().resolve("fake");
        wrong = Files.exists(file) ? List.of(Files.readString(file).strip().split(" ", -1)) : List.of();
    }

    /** The words it is started with are those of the services' process. */
    public static void main(String[] words) throws IOException {
        new FakeStack().run();
    }

    private void run() throws IOException {
        if (!wrong.isEmpty() && wrong.getFirst().equals("end")) {
            System.err.print(REASON);
            System.exit(Integer.parseInt(wrong.get(1)));
        }
        SecretFile.createFolder(home.operatorToken().getParent());
        SecretFile.write(home.operatorToken(), "sk-sonia-test\n".getBytes(StandardCharsets.US_ASCII));
        for (ServiceName service : ServiceName.values()) {
            if (!refused(service)) {
                serve(service);
            } else {
                Path out = home.log(service).resolveSibling(service.wireName() + ".out");
                Files.writeString(out, REASON, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            }
        }
    }

    private boolean refused(ServiceName service) {
        return wrong.size() == 3 && wrong.get(1).equals(service.wireName());
    }

    /** Each is ready at once; EVA-OS tells how they are. */
    private void serve(ServiceName service) throws IOException {
        String port = "SONIA_SERVICES__" + service.name() + "__PORT";
        HttpServer server = HttpServer.create(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(System.getenv(port))), 0);
        server.createContext("/readyz", exchange -> answer(exchange, Map.of()));
        server.createContext("/v1/supervision/services", exchange -> answer(exchange, Json.parseObject(records())));
        server.start();
    }

    private byte[] records() {
        return Json.bytes(new ServiceList(
                Stream.of(ServiceName.values()).map(this::record).toList()));
    }

    private ServiceRecord record(ServiceName service) {
        boolean refused = refused(service);
        return new ServiceRecord(
                service.wireName(),
                1,
                refused ? ServiceState.UNREACHABLE : ServiceState.HEALTHY,
                null,
                null,
                null,
                null,
                null,
                0,
                0,
                refused ? "the process ended: exit " + wrong.get(2) : null,
                true,
                new RestartBudget(0, 0, 3, 0, false));
    }

    private static void answer(HttpExchange exchange, Map<String, ?> data) throws IOException {
        try (exchange) {
            byte[] body = Json.bytes(Map.of("ok", true, "data", data));
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
