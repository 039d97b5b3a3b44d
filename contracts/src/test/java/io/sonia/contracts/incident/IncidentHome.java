package io.sonia.contracts.incident;

import io.sonia.contracts.Installation;
import io.sonia.journal.Journal;
import io.sonia.journal.JournalOptions;
import io.sonia.journal.ReadOnlyJournal;
import io.sonia.journal.SqliteJournal;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.Redactor;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.PeerFile;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Timestamps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A home with logs and journals, nobody running in it. */
final class IncidentHome {

    private final Path folder;
    final Home home;

    IncidentHome(Path folder) {
        this.folder = folder;
        this.home = new Home(folder.resolve("home"));
        Installation.ensure(home, new Ids(new SecureRandom()));
    }

    void log(ServiceName service, Instant time, Map<String, ?> fields) throws IOException {
        String rest = Json.text(fields).substring(1);
        String line = "{\"timestamp\":\"" + Timestamps.format(time) + "\"," + rest + "\n";
        Files.writeString(home.log(service), line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** Puts entries of these correlation ids on record. */
    void audit(ServiceName service, Map<String, Object> detail, String... correlationIds) {
        try (Journal journal = open(service)) {
            for (String each : correlationIds) {
                AuditEvent.Origin origin =
                        new AuditEvent.Origin("usr_1", "operator", "person", null, null, each, null, null);
                journal.append(AuditEvent.of("test", origin).detail(detail));
            }
        }
    }

    private Journal open(ServiceName service) {
        Clock clock = Clock.system();
        return SqliteJournal.open(
                home.database(service),
                service,
                List.of(),
                clock,
                new Hlc(clock),
                JournalOptions.of(Redactor::map, reason -> {}));
    }

    IncidentSources sources(Map<String, String> environment) {
        return new IncidentSources(
                home,
                environment,
                Optional.empty(),
                Clock.system(),
                service -> ReadOnlyJournal.ofFile(home.database(service)),
                new IncidentSources.Services() {
                    @Override
                    public Map<String, @Nullable Object> ask(ServiceName service, Operation operation) {
                        throw SoniaException.of(ErrorCode.UNAVAILABLE);
                    }

                    @Override
                    public PeerFile export(ServiceName service, ReadOnlyJournal.Span span) {
                        throw SoniaException.of(ErrorCode.UNAVAILABLE);
                    }
                });
    }

    Unpacked bundle(IncidentScope scope) throws IOException {
        return bundle(scope, Map.of());
    }

    Unpacked bundle(IncidentScope scope, Map<String, String> environment) throws IOException {
        Path target = folder.resolve("bundle.zip");
        IncidentBundle.write(sources(environment), scope, "inc_1", null, target);
        return Unpacked.of(target);
    }
}
