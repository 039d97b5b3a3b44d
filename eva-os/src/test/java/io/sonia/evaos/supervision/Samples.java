package io.sonia.evaos.supervision;

import io.sonia.journal.Journal;
import io.sonia.journal.JournalOptions;
import io.sonia.journal.SqliteJournal;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import io.sonia.kernel.logging.ServiceLog;
import io.sonia.kernel.metrics.Metrics;
import io.sonia.kernel.settings.ServicesConfig;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Values that several tests need. */
final class Samples {

    static final SupervisionConfig CONFIG = config("{}");

    private Samples() {}

    static SupervisionConfig config(String json) {
        return Shape.of(SupervisionConfig.class).read(Json.parseObject(json));
    }

    static Journal journal(Path folder, Clock clock) {
        return SqliteJournal.open(
                folder.resolve("sonia.db"),
                ServiceName.EVA_OS,
                List.of(SupervisionSchema.migration(1), SupervisionSchema.maintenance(2)),
                clock,
                new Hlc(clock),
                JournalOptions.of(detail -> detail, reason -> {}).diskFloorBytes(0));
    }

    static Supervision.Parts parts(Path folder, SupervisionConfig config, Journal journal, Clock clock, Probe probe) {
        return new Supervision.Parts(
                config,
                Shape.of(ServicesConfig.class).read(Json.parseObject("{}")),
                new Home(folder),
                journal,
                clock,
                new Ids(new SecureRandom()),
                ServiceLog.NONE,
                new Metrics(),
                probe);
    }

    /** A plan for every service that can have one. */
    static List<ChildPlan> plans(Path folder) {
        return Stream.of(ServiceName.values())
                .filter(each -> each != ServiceName.EVA_OS)
                .map(each -> plan(each, "exit 0", folder))
                .toList();
    }

    static ChildPlan plan(ServiceName service, String script, Path folder) {
        Map<String, String> environment =
                Map.of("PATH", "/usr/bin:/bin", "MARK", mark(folder, service).toString());
        return new ChildPlan(
                service,
                List.of("/bin/sh", "-c", script),
                environment,
                folder.resolve("out.log"),
                service.defaultPort());
    }

    /** The file by which a script tells that its service is well. */
    static Path mark(Path folder, ServiceName service) {
        return folder.resolve(service.wireName() + ".well");
    }
}
