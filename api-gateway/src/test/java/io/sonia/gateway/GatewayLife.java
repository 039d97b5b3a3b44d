package io.sonia.gateway;

import io.sonia.contracts.ServiceParts;
import io.sonia.contracts.gateway.Action;
import io.sonia.contracts.gateway.CancelRequest;
import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnCancelled;
import io.sonia.contracts.gateway.TurnRequest;
import io.sonia.contracts.gateway.TurnState;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.Home;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Timers;
import io.sonia.kernel.http.Answer;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.http.EventSource;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import io.sonia.kernel.http.Peers;
import io.sonia.kernel.http.RestorePhase;
import io.sonia.kernel.http.ServerEvent;
import io.sonia.kernel.http.ServiceServer;
import io.sonia.kernel.http.Trace;
import io.sonia.kernel.identity.Caller;
import io.sonia.kernel.identity.Role;
import io.sonia.kernel.logging.ServiceLog;
import io.sonia.kernel.metrics.Metrics;
import io.sonia.testkit.Audits;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** One life of the whole gateway, served on a free port, on what former lives left in the folder. */
final class GatewayLife implements AutoCloseable {

    private static final Caller OPERATOR = new Caller(Keys.OPERATOR, Role.OPERATOR, null, null);
    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final int LOOKS = 25;
    private static final int LOOK_MS = 1_000;

    final FlakyJournal journal;
    private final Served.Ground ground;
    private final Timers timers;
    private final GatewayModule module;
    private final ServiceServer server;
    private final Peer door;
    private boolean over;

    GatewayLife(Path folder, Served.Ground ground, int portBehind) {
        this.ground = ground;
        this.timers = new Timers(ground.clock(), (name, failure) -> {});
        Home home = new Home(folder);
        Hlc hlc = new Hlc(ground.clock());
        this.journal = new FlakyJournal(Stores.open(home.database(ServiceName.API_GATEWAY), ground.clock()));
        Map<ServiceName, Integer> ports = new EnumMap<>(ServiceName.class);
        for (ServiceName service : ServiceName.values()) {
            ports.put(service, portBehind);
        }
        this.module = (GatewayModule) GatewayModule.DEFINITION
                .factory()
                .apply(new ServiceParts(
                        ServiceName.API_GATEWAY,
                        home,
                        ground.settings(),
                        journal,
                        ground.clock(),
                        ground.ids(),
                        timers,
                        new Metrics(),
                        ServiceLog.NONE,
                        new Peers(ports, hlc, ground.keys().gateway::text),
                        ground.keys().verifiers,
                        Audits.unsigned(ServiceName.API_GATEWAY, journal, home, ground.clock(), ground.ids())));
        this.server = Served.start(ServiceName.API_GATEWAY, ground, journal, journal, module.routes());
        module.start();
        this.door = new Peer("api-gateway", server.port(), hlc, () -> "");
    }

    /** A request of the operator's. */
    Peer.Request ask(Operation operation) {
        Context context = new Context(
                "req_test",
                Trace.continued(null, null, ground.ids()),
                Deadline.in(Duration.ofSeconds(30), ground.clock()),
                OPERATOR,
                ground.keys().operator.text(),
                null);
        return door.on(context, operation);
    }

    int port() {
        return server.port();
    }

    String operatorKey() {
        return ground.keys().operator.text();
    }

    Turn turn(String text) {
        return send(TurnRequest.of(text, "default", 0), null).data();
    }

    /** The code a turn is refused with. */
    String refusal(TurnRequest request) {
        try {
            return "no refusal but " + send(request, null).data();
        } catch (SoniaException e) {
            return e.code().name();
        }
    }

    Answer<Turn> send(TurnRequest request, String key) {
        return ask(Operation.TURN).body(request).idempotencyKey(key).exchange(Turn.class);
    }

    /** All events of a streamed turn, up to its last. */
    List<ServerEvent> stream(TurnRequest request, String key) {
        try (EventSource source =
                ask(Operation.TURN).body(request).idempotencyKey(key).events()) {
            List<ServerEvent> events = new ArrayList<>();
            while (source.hasNext() && (events.isEmpty() || !last(events.getLast()))) {
                events.add(source.next());
            }
            return events;
        }
    }

    private static boolean last(ServerEvent event) {
        return event.event().equals("done");
    }

    /** The file that a read answers with. */
    byte[] download(Operation operation, String variable, String value) throws IOException {
        URI address = URI.create(
                "http://127.0.0.1:" + server.port() + operation.path().replace("{" + variable + "}", value));
        HttpURLConnection connection = (HttpURLConnection) address.toURL().openConnection();
        connection.setRequestProperty(
                "Authorization", "Bearer " + ground.keys().operator.text());
        try (InputStream file = connection.getInputStream()) {
            return file.readAllBytes();
        }
    }

    Turn get(String turnId) {
        return ask(Operation.TURN_GET).path("turn_id", turnId).send(Turn.class);
    }

    /** The turn as soon as it is in this state. */
    Turn await(String turnId, TurnState state) {
        Turn turn = get(turnId);
        for (int look = 0; look < LOOKS && turn.state() != state; look++) {
            turn = ask(Operation.TURN_GET)
                    .path("turn_id", turnId)
                    .query("wait_ms", LOOK_MS)
                    .send(Turn.class);
        }
        if (turn.state() != state) {
            throw new AssertionError("expected " + state + ", met " + turn);
        }
        return turn;
    }

    TurnCancelled cancel(String turnId) {
        return ask(Operation.TURN_CANCEL)
                .path("turn_id", turnId)
                .body(new CancelRequest("enough"))
                .send(TurnCancelled.class);
    }

    /** Ends the sessions whose time is over, as the timer does. */
    void sweep() {
        module.sweep();
    }

    /** Judges the window of latencies if it is over, as the timer does. */
    void judge() {
        module.judge();
    }

    /** What this life took up from the former one. */
    List<RestorePhase> restored() {
        return module.restored();
    }

    /** The ids of the resources which the operation is on record for, oldest first. */
    List<String> audited(String operation) {
        return Stores.audited(journal, operation);
    }

    /** The turn's actions, newest first. */
    List<Action> actions(String turnId) {
        return new ActionStore(journal).ofTurn(turnId);
    }

    /** Ends this life as a crash would: from now on it leaves nothing behind. */
    void die() {
        over = true;
        journal.close();
        server.close();
        timers.close();
        module.close();
    }

    @Override
    public void close() {
        if (over) {
            return;
        }
        over = true;
        timers.close();
        module.close();
        server.stop(GRACE);
        journal.close();
    }
}
