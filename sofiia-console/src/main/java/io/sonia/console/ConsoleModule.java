package io.sonia.console;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.NeededService;
import io.sonia.contracts.ServiceDefinition;
import io.sonia.contracts.ServiceModule;
import io.sonia.contracts.ServiceParts;
import io.sonia.contracts.redaction.TextPlace;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.http.BrowserKeys;
import io.sonia.kernel.http.ReadinessCheck;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.http.TokenBuckets;
import io.sonia.kernel.identity.KeyMaterial;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The operator's console: chats, the page, and the way from it to the other services. */
public final class ConsoleModule implements ServiceModule {

    public static final ServiceDefinition DEFINITION = new ServiceDefinition(
            ServiceName.SOFIIA_CONSOLE, List.of(ConsoleConfig.SECTION), ConsoleTables.MIGRATIONS, ConsoleModule::new);

    private static final String SESSION_KEY = "browser session";

    private final ServiceParts parts;
    private final BrowserSessions browsers;
    private final LostTurns lost;
    private final List<Route<?>> routes = new ArrayList<>();

    ConsoleModule(ServiceParts parts) {
        this.parts = parts;
        ConsoleConfig config = parts.settings().section(ConsoleConfig.SECTION);
        int port = parts.peers().port(ServiceName.SOFIIA_CONSOLE);
        Figures figures = Figures.in(parts.metrics());
        TokenBuckets refusals = new TokenBuckets(parts.clock());
        this.browsers = new BrowserSessions(
                parts.journal(),
                new SessionSeal(() -> KeyMaterial.derived(parts.home(), SESSION_KEY), parts.ids()),
                parts.clock(),
                parts.ids(),
                port);
        GatewayTurns gateway = new GatewayTurns(parts.peers().of(ServiceName.API_GATEWAY));
        Sends.Ground ground = new Sends.Ground(parts.clock(), parts.ids(), config.localNode());
        SendLimits limits = new SendLimits(config, parts.clock(), figures.limited());
        Sends sends = new Sends(parts.journal(), gateway, limits, figures, ground);
        this.lost = new LostTurns(parts.journal(), gateway, sends, parts.clock(), parts.ids());
        SignInLinks links = new SignInLinks(parts.clock(), parts.ids(), Duration.ofSeconds(config.linkSeconds()));
        Cursors cursors = Cursors.of(parts.home(), parts.clock());
        routes.addAll(new ChatRoutes(parts.journal(), cursors, sends, ground, figures).list());
        routes.addAll(new SignInRoutes(links, browsers, parts.journal(), refusals, config, port).list());
        routes.addAll(
                new AuditDoor(parts.audit(), parts.journal(), parts.home(), refusals, figures.auditReads()).list());
        routes.addAll(new HouseRoutes(parts.peers(), parts.journal(), parts.clock(), config.localNode()).list());
        routes.addAll(new Relay(parts.peers()).list());
        routes.addAll(new Page().list());
    }

    @Override
    public List<Route<?>> routes() {
        return routes;
    }

    @Override
    public BrowserKeys browsers() {
        return browsers;
    }

    @Override
    public List<ReadinessCheck> checks() {
        return List.of(NeededService.of(parts, ServiceName.API_GATEWAY));
    }

    @Override
    public Map<String, @Nullable Object> detail() {
        return Map.of(
                "browser_sessions",
                browsers.count(),
                "messages_open",
                parts.journal().read(ChatStore::openCount));
    }

    @Override
    public List<TextPlace> texts() {
        return ConsoleTables.TEXTS;
    }

    @Override
    public void start() {
        parts.timers().every("open messages", LostTurns.EVERY, lost::look);
        parts.timers().every("browser sessions", BrowserSessions.SWEEP_EVERY, browsers::sweep);
    }

    @Override
    public void close() {
        // Everything it runs is a timer, which its host stops.
    }
}
