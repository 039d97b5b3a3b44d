package io.sonia.contracts.incident;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Home;
import io.sonia.kernel.KnownSecrets;
import io.sonia.kernel.Redactor;
import io.sonia.kernel.SecretFile;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.identity.NotaryKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An archive of what there is to know about an incident: audit segments, logs, configuration, state, versions, and a
 * manifest of them that the notary's key signs. Nothing that is missing keeps it from being made: what could not be had
 * is named in the manifest. Secrets are taken out of everything but the audit entries, which cannot be changed; entries
 * that hold one are left out as a whole.
 */
public final class IncidentBundle {

    /** No bundle is larger. */
    public static final long MAX_BYTES = 256L << 20;

    private final IncidentSources sources;
    private final IncidentScope scope;
    private final StagedFiles files;

    private IncidentBundle(IncidentSources sources, IncidentScope scope, StagedFiles files) {
        this.sources = sources;
        this.scope = scope;
        this.files = files;
    }

    /**
     * Makes a bundle. While it is made, there is a folder beside the target with its files.
     *
     * @param label a few words for people
     * @param target appears when it is complete
     * @throws SoniaException STORAGE_FULL if the bundle would be too large, STORAGE_UNAVAILABLE if it cannot be written,
     *     AUTH_UNAVAILABLE if there is no key to sign it with
     */
    public static IncidentManifest write(
            IncidentSources sources, IncidentScope scope, String incidentId, @Nullable String label, Path target) {
        NotaryKeys keys = NotaryKeys.load(sources.home());
        KnownSecrets secrets = KnownSecrets.of(sources.home(), sources.environment());
        Path folder = target.resolveSibling("." + incidentId);
        try (StagedFiles files = new StagedFiles(folder, secrets)) {
            IncidentBundle bundle = new IncidentBundle(sources, scope, files);
            bundle.gather(incidentId);
            String shown = label == null ? null : secrets.hide(Redactor.text(label));
            IncidentManifest manifest =
                    IncidentManifest.of(incidentId, shown, sources.clock().now(), scope, files);
            bundle.pack(manifest, keys, folder.resolve("bundle"), target);
            return manifest;
        } catch (IOException e) {
            throw unwritable(e);
        } catch (UncheckedIOException e) {
            IOException cause = e.getCause();
            throw unwritable(cause == null ? new IOException(e) : cause);
        }
    }

    private void gather(String incidentId) {
        new AuditSegments(sources, scope, files, incidentId).write();
        logs();
        new SettingsCopy(sources, files).write();
        new StateReport(sources, files).write();
    }

    private void logs() {
        Home home = sources.home();
        for (ServiceName service : ServiceName.values()) {
            Path log = home.log(service);
            LogWindow window = new LogWindow(scope, files.secrets());
            String name = "logs/" + log.getFileName();
            files.put(name, out -> window.copy(log, out));
            window.passedOver().ifPresent(what -> files.omit(name + " in part", what));
            tail(log.resolveSibling(service + ".out"));
        }
        tail(home.log(ServiceName.EVA_OS).resolveSibling("boot.log"));
    }

    /** What a process said beside its log; most say nothing. */
    private void tail(Path file) {
        if (Files.isRegularFile(file)) {
            LogWindow window = new LogWindow(scope, files.secrets());
            files.put("logs/" + file.getFileName(), out -> window.copyTail(file, out));
        }
    }

    private void pack(IncidentManifest manifest, NotaryKeys keys, Path aside, Path target) throws IOException {
        Map<String, String> last = new LinkedHashMap<>();
        last.put(IncidentManifest.FILE, manifest.text());
        last.put(IncidentManifest.SIGNATURE_FILE, keys.signBundle(manifest.text()));
        SecretFile.write(aside, new byte[0]);
        new IncidentArchive(files, last).write(aside);
        if (Files.size(aside) > MAX_BYTES) {
            throw SoniaException.of(
                            ErrorCode.STORAGE_FULL,
                            "The bundle is too large: ask for less time, or for one correlation id")
                    .with("size_bytes", Files.size(aside))
                    .with("limit_bytes", MAX_BYTES);
        }
        Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private static SoniaException unwritable(IOException e) {
        SoniaException refused = SoniaException.of(
                ErrorCode.STORAGE_UNAVAILABLE, "The bundle cannot be written (" + StagedFiles.reason(e) + ")");
        refused.addSuppressed(e);
        return refused;
    }
}
