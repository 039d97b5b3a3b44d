package io.sonia.gateway;

import io.sonia.contracts.ServiceParts;
import io.sonia.contracts.gateway.IncidentCreate;
import io.sonia.contracts.gateway.IncidentVerdict;
import io.sonia.contracts.incident.BundleCheck;
import io.sonia.contracts.incident.IncidentBundle;
import io.sonia.contracts.incident.IncidentManifest;
import io.sonia.contracts.incident.IncidentScope;
import io.sonia.contracts.incident.IncidentSources;
import io.sonia.journal.JournalConfig;
import io.sonia.journal.ReadOnlyJournal;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Home;
import io.sonia.kernel.SecretFile;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.PeerFile;
import io.sonia.kernel.http.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The bundles about incidents that are kept in the home. */
final class Incidents {

    static final int MOST = 20;

    private static final String ENDING = ".zip";
    private static final Duration ASKING = Duration.ofSeconds(2);
    private static final Duration CHECKING = Duration.ofSeconds(55);
    private static final Duration LEFT_ALONE = Duration.ofHours(1);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(10);

    /** Refusals by the verifier before it has looked at the files. */
    private static final Set<String> BEFORE_FILES = Set.of(
            "unsigned", "bad_signature", "malformed", "truncated", "unsafe_archive", "unknown_format", "unreadable");

    /** Refusals before it has looked at the audit segments. */
    private static final Set<String> BEFORE_CHAINS = Set.of("missing_file", "extra_file", "file_mismatch");

    private final ServiceParts parts;
    private final Home home;
    private final Optional<Path> distribution;
    private final ReentrantLock making = new ReentrantLock();

    Incidents(ServiceParts parts) {
        this.parts = parts;
        this.home = parts.home();
        this.distribution =
                Optional.ofNullable(System.getProperty("sonia.dist")).map(Path::of);
    }

    /** A bundle on disk that is not on record yet. */
    record Made(IncidentManifest manifest, Path file, long bytes) {

        /** Takes it back. */
        void discard() throws IOException {
            Files.deleteIfExists(file);
        }
    }

    /**
     * Makes a bundle, one at a time.
     *
     * @throws SoniaException STORAGE_FULL if there are too many or it is too large, OVERLOADED if one is being made
     */
    Made make(IncidentCreate wish, Context context) {
        if (!making.tryLock()) {
            throw SoniaException.of(ErrorCode.OVERLOADED).retryAfter(RETRY_AFTER);
        }
        try {
            SecretFile.createFolder(home.incidents());
            requireRoom();
            String id = parts.ids().next("inc_");
            Instant now = parts.clock().now();
            IncidentScope scope =
                    new IncidentScope(wish.correlationId(), now.minus(Duration.ofMinutes(wish.windowMinutes())), now);
            IncidentManifest manifest = IncidentBundle.write(sources(context), scope, id, wish.reason(), file(id));
            return new Made(manifest, file(id), Files.size(file(id)));
        } catch (IOException e) {
            throw SoniaException.caused(ErrorCode.STORAGE_UNAVAILABLE, e);
        } finally {
            making.unlock();
        }
    }

    /**
     * The bundle's file.
     *
     * @throws SoniaException NOT_FOUND if it is not there any more
     */
    Path bundle(String incidentId) {
        Path file = file(incidentId);
        if (!Files.isRegularFile(file)) {
            throw SoniaException.of(ErrorCode.NOT_FOUND, "The bundle is not there any more");
        }
        return file;
    }

    /** Checks the bundle with the verifier that an outsider has. */
    IncidentVerdict check(String incidentId, IncidentManifest manifest) {
        BundleCheck.Verdict verdict = new BundleCheck(
                        distribution.orElseThrow(() -> SoniaException.of(
                                ErrorCode.UNAVAILABLE,
                                "This process was started without a distribution to check with")),
                        parts.clock())
                .of(bundle(incidentId), List.of(home.notaryPublicKeys()), true, CHECKING);
        Map<String, @Nullable Object> report = verdict.report();
        String reason = String.valueOf(report.get("reason"));
        boolean signed = verdict.verified() || !BEFORE_FILES.contains(reason);
        return new IncidentVerdict(
                verdict.verified(),
                signed && !BEFORE_CHAINS.contains(reason) ? manifest.checksums().size() : 0,
                signed,
                verdict.verified(),
                verdict.verified() ? null : reason + ": " + report.get("message"));
    }

    /** Removes what is left of bundles whose making was cut off; what is younger another gateway may be at work on. */
    void sweep() {
        if (!Files.isDirectory(home.incidents())) {
            return;
        }
        Instant old = parts.clock().now().minus(LEFT_ALONE);
        try (Stream<Path> all = Files.list(home.incidents())) {
            for (Path each : all.filter(Incidents::isStaging).toList()) {
                if (Files.getLastModifiedTime(each).toInstant().isBefore(old)) {
                    remove(each);
                }
            }
        } catch (IOException e) {
            parts.log().error("incidents.sweep", "What is left of a bundle cannot be removed", Map.of(), e);
        }
    }

    private static boolean isStaging(Path path) {
        return String.valueOf(path.getFileName()).startsWith(".");
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    private void requireRoom() throws IOException {
        try (Stream<Path> all = Files.list(home.incidents())) {
            long kept = all.filter(each -> each.toString().endsWith(ENDING)).count();
            if (kept >= MOST) {
                throw SoniaException.of(
                                ErrorCode.STORAGE_FULL,
                                "There are too many bundles: move some out of artifacts/incidents")
                        .with("limit", MOST);
            }
        }
    }

    private Path file(String incidentId) {
        return home.incidents().resolve(incidentId + ENDING);
    }

    private IncidentSources sources(Context context) {
        JournalConfig journals = parts.settings().section(JournalConfig.SECTION);
        return new IncidentSources(
                home,
                parts.settings().environment(),
                distribution,
                parts.clock(),
                service -> journals.toRead(service, home),
                new PeerServices(parts.peers(), context));
    }

    /** Those behind the gateway and the gateway itself, asked on behalf of the caller. */
    private record PeerServices(Peers peers, Context context) implements IncidentSources.Services {

        @Override
        public Map<String, @Nullable Object> ask(ServiceName service, Operation operation) {
            return peers.of(service)
                    .on(context.within(ASKING), operation)
                    .exchange()
                    .data();
        }

        @Override
        public PeerFile export(ServiceName service, ReadOnlyJournal.Span span) {
            return peers.of(service)
                    .on(context, Operation.AUDIT_EXPORT)
                    .query("from_seq", span.first())
                    .query("to_seq", span.last())
                    .query("format", "file")
                    .file();
        }
    }
}
