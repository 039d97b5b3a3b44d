package io.sonia.cli;

import io.sonia.contracts.incident.IncidentBundle;
import io.sonia.contracts.incident.IncidentManifest;
import io.sonia.contracts.incident.IncidentScope;
import io.sonia.contracts.incident.IncidentSources;
import io.sonia.journal.ReadOnlyJournal;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.PeerFile;
import io.sonia.kernel.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes an incident bundle, whether or not a service runs. */
@Command(
        name = "export",
        description = "Put audit entries, logs, settings and state into one signed file, without secrets",
        footer = {
            "",
            "Works with any service down, and with all of them down; what could not be had is named in the file.",
            "The file can be checked with ./sonia incident verify, or by anybody with sonia-verifier.jar."
        })
final class IncidentExport implements Callable<Integer> {

    private static final Pattern TIME = Pattern.compile("([1-9]\\d{0,5})([smhd])");
    private static final Pattern CORRELATION = Pattern.compile("[A-Za-z0-9._:-]{1,128}");
    private static final Duration LONGEST = Duration.ofDays(366);

    private final Workplace place;

    @Option(
            names = "--correlation",
            paramLabel = "<id>",
            description = "what belongs to one request, such as req_5f1c...")
    private @Nullable String correlation;

    @Option(names = "--since", paramLabel = "<time>", description = "what happened since then: 90s, 15m, 2h or 7d ago")
    private @Nullable String since;

    @Option(names = "--out", paramLabel = "<file>", description = "where to write it (default: <incident id>.zip here)")
    private @Nullable Path out;

    @Option(names = "--json", description = "print the manifest")
    private boolean json;

    IncidentExport(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        IncidentScope scope = scope();
        String id = new Ids(new SecureRandom()).next("inc_");
        Path target = target(id);
        IncidentManifest manifest;
        try {
            manifest = IncidentBundle.write(sources(), scope, id, null, target);
        } catch (SoniaException e) {
            throw Failure.of(
                    ExitCode.NEGATIVE,
                    "there is no bundle",
                    SafeText.line(e.text()),
                    "see ./sonia doctor, or give --out");
        }
        if (json) {
            place.screen().line(Json.text(manifest));
        } else {
            show(manifest, target);
        }
        return ExitCode.OK.code();
    }

    private IncidentScope scope() {
        if (correlation == null && since == null) {
            throw usage("neither --correlation nor --since", "what is the incident?", "give one of them, or both");
        }
        if (correlation != null && !CORRELATION.matcher(correlation).matches()) {
            throw usage("--correlation is refused", "it is no correlation id", "take it from ./sonia audit list");
        }
        Instant now = place.clock().now();
        return new IncidentScope(correlation, since == null ? null : now.minus(ago(since)), now);
    }

    private static Duration ago(String text) {
        Matcher time = TIME.matcher(text);
        if (time.matches()) {
            long number = Long.parseLong(time.group(1));
            Duration ago = switch (time.group(2)) {
                case "s" -> Duration.ofSeconds(number);
                case "m" -> Duration.ofMinutes(number);
                case "h" -> Duration.ofHours(number);
                default -> Duration.ofDays(number);
            };
            if (ago.compareTo(LONGEST) <= 0) {
                return ago;
            }
        }
        throw usage(
                "--since " + SafeText.line(text) + " is refused",
                "it is no time up to 366d",
                "say it as 90s, 15m, 2h or 7d");
    }

    private Path target(String id) {
        Path target = (out == null ? Path.of(id + ".zip") : out).toAbsolutePath();
        if (Files.exists(target)) {
            throw usage(target + " is there already", "evidence is not written over", "give another --out");
        }
        Path folder = target.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw usage(target + " cannot be made", "there is no such folder", "give another --out");
        }
        return target;
    }

    private IncidentSources sources() {
        JournalPlaces journals = JournalPlaces.of(place);
        return new IncidentSources(
                place.home(),
                place.environment(),
                Optional.of(place.dist()),
                place.clock(),
                journals::toRead,
                new RunningServices(place));
    }

    /** Those that run, asked with the operator's key. */
    private record RunningServices(Workplace place) implements IncidentSources.Services {

        @Override
        public Map<String, @Nullable Object> ask(ServiceName service, Operation operation) {
            return client().onService(service, operation).exchange().data();
        }

        @Override
        public PeerFile export(ServiceName service, ReadOnlyJournal.Span span) {
            return client().onService(service, Operation.AUDIT_EXPORT)
                    .query("from_seq", span.first())
                    .query("to_seq", span.last())
                    .query("format", "file")
                    .file();
        }

        private OperatorClient client() {
            try {
                return OperatorClient.of(place);
            } catch (Failure noKey) {
                throw SoniaException.of(ErrorCode.UNAVAILABLE, noKey.line());
            }
        }
    }

    private void show(IncidentManifest manifest, Path target) {
        long bytes =
                manifest.sizes().values().stream().mapToLong(Long::longValue).sum();
        for (IncidentManifest.Omission each : manifest.omitted()) {
            place.screen()
                    .remark("not in it: " + SafeText.line(each.artifact()) + " - " + SafeText.line(each.reason()));
        }
        place.screen()
                .remark(manifest.incidentId() + ": "
                        + Words.count(manifest.sizes().size(), "file") + ", " + Words.count(bytes, "byte")
                        + " unpacked");
        place.screen().line(target.toString());
    }

    private static Failure usage(String what, String cause, String cure) {
        return Failure.of(ExitCode.USAGE, what, cause, cure);
    }
}
