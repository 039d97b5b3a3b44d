package io.sonia.gateway;

import io.sonia.journal.JournalConfig;
import io.sonia.kernel.AuditTrail;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.http.BrowserKeys;
import io.sonia.kernel.http.Buckets;
import io.sonia.kernel.http.IdempotencyRecords;
import io.sonia.kernel.http.KeyClaims;
import io.sonia.kernel.http.RequestLog;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.http.ServiceServer;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.settings.AuthConfig;
import io.sonia.kernel.settings.HttpConfig;
import io.sonia.kernel.settings.IdempotencyConfig;
import io.sonia.kernel.settings.RateLimitConfig;
import io.sonia.kernel.settings.Section;
import io.sonia.kernel.settings.ServicesConfig;
import io.sonia.kernel.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Real servers on free ports, with limits that no test meets. */
final class Served {

    private static final int MANY = 1_000_000;

    private Served() {}

    /** Settings with the gateway's section as given. */
    static Settings settings(Path folder, Map<String, ?> gateway, Clock clock) throws IOException {
        Path config = folder.resolve("sonia-config.json");
        Map<String, Integer> freePort = Map.of("port", 0);
        Files.write(
                config,
                Json.bytes(Map.of(
                        "services",
                        Map.of("api-gateway", freePort, "openclaw", freePort),
                        "rate_limit",
                        Map.of(
                                "person_per_second",
                                MANY,
                                "person_burst",
                                MANY,
                                "service_per_second",
                                MANY,
                                "service_burst",
                                MANY,
                                "session_per_second",
                                MANY,
                                "session_burst",
                                MANY),
                        "api_gateway",
                        gateway)));
        List<Section<?>> sections = new ArrayList<>(GatewayModule.DEFINITION.sections());
        sections.addAll(List.of(
                ServicesConfig.SECTION,
                HttpConfig.SECTION,
                AuthConfig.SECTION,
                RateLimitConfig.SECTION,
                IdempotencyConfig.SECTION,
                JournalConfig.SECTION));
        return Settings.load(config, Map.of(), sections, clock);
    }

    /** What any of the servers is built from. */
    record Ground(Settings settings, Keys keys, Clock clock, Ids ids) {}

    static ServiceServer start(
            ServiceName service, Ground ground, AuditTrail audit, IdempotencyRecords records, List<Route<?>> routes) {
        ServiceServer server = new ServiceServer(
                new ServiceServer.Parts(
                        service,
                        ground.settings(),
                        ground.clock(),
                        ground.ids(),
                        new Hlc(ground.clock()),
                        ground.keys().verifiers,
                        audit,
                        records,
                        KeyClaims.ALONE,
                        Buckets.BOTTOMLESS,
                        quiet(),
                        BrowserKeys.NONE),
                routes,
                List.of());
        server.start();
        return server;
    }

    private static RequestLog quiet() {
        return new RequestLog() {
            @Override
            public void begun() {}

            @Override
            public void finished(Finished request) {}
        };
    }
}
