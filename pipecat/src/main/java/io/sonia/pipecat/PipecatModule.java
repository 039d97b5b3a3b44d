package io.sonia.pipecat;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.NeededService;
import io.sonia.contracts.ServiceDefinition;
import io.sonia.contracts.ServiceModule;
import io.sonia.contracts.ServiceParts;
import io.sonia.contracts.redaction.TextPlace;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.ReadinessCheck;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.http.SocketRoute;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Conversations over a socket: each message becomes a governed turn of the api-gateway. */
public final class PipecatModule implements ServiceModule {

    public static final ServiceDefinition DEFINITION = new ServiceDefinition(
            ServiceName.PIPECAT, List.of(PipecatConfig.SECTION), VoiceTables.MIGRATIONS, PipecatModule::new);

    private static final Duration SWEEP_EVERY = Duration.ofSeconds(1);

    private final ServiceParts parts;
    private final VoiceSessions sessions;
    private final List<Route<?>> routes;

    PipecatModule(ServiceParts parts) {
        this.parts = parts;
        PipecatConfig config = parts.settings().section(PipecatConfig.SECTION);
        VoiceStore store = new VoiceStore();
        this.sessions = new VoiceSessions(new VoiceSession.Parts(
                parts.journal(),
                store,
                new Gateway(parts.peers().of(ServiceName.API_GATEWAY), config),
                config,
                parts.clock(),
                parts.ids(),
                parts.log()));
        Cursors cursors = Cursors.of(parts.home(), parts.clock());
        this.routes = new PipecatRoutes(sessions, store, parts.journal(), cursors).list();
    }

    @Override
    public List<Route<?>> routes() {
        return routes;
    }

    @Override
    public List<SocketRoute> sockets() {
        return List.of(new SocketRoute(Operation.VOICE_TEXT, sessions::join));
    }

    @Override
    public List<ReadinessCheck> checks() {
        return List.of(NeededService.of(parts, ServiceName.API_GATEWAY));
    }

    @Override
    public Map<String, @Nullable Object> detail() {
        return Map.of("sessions_open", sessions.count());
    }

    @Override
    public List<TextPlace> texts() {
        return VoiceTables.TEXTS;
    }

    @Override
    public void start() {
        sessions.restore();
        parts.timers().every("voice sessions", SWEEP_EVERY, () -> sessions.sweep(parts.verifiers()));
    }

    @Override
    public void close() {
        sessions.close();
    }
}
