package io.sonia.verifier;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An archive about an incident with a signed manifest of its files. */
final class IncidentBundle {

    private static final String FORMAT = "sonia-incident/1";
    private static final String MANIFEST = "manifest.json";
    private static final String SIGNATURE = "manifest.sig";
    private static final int MAX_MANIFEST_BYTES = 16_777_216;
    private static final int MAX_SIGNATURE_BYTES = 1024;
    private static final int BUFFER_BYTES = 65_536;
    private static final List<String> MEMBERS = List.of(
            "format",
            "incident_id",
            "label",
            "created_at",
            "version",
            "contract_version",
            "correlation_id",
            "since",
            "until",
            "checksums",
            "sizes",
            "omitted");

    private static final Pattern SIGNER = Pattern.compile("(sonia/[0-9a-f]{16})/bundle");
    private static final Pattern EXPORT = Pattern.compile("audit/([a-z][a-z0-9-]{0,63})\\.jsonl");

    private final FileTree files;
    private final KeyRing keys;
    private final Report report;

    private IncidentBundle(FileTree files, KeyRing keys, Report report) {
        this.files = files;
        this.keys = keys;
        this.report = report;
    }

    /** Verifies the manifest, every file, and the exports among them. */
    static void verify(FileTree files, KeyRing keys, boolean tailAllowed, Report report) throws IOException {
        IncidentBundle bundle = new IncidentBundle(files, keys, report);
        JsonObject manifest = bundle.manifest();
        String installation = bundle.requireSigned();
        bundle.requireFiles(manifest);
        for (String name : new TreeSet<>(files.names())) {
            Matcher export = EXPORT.matcher(name);
            if (export.matches()) {
                bundle.verifyExport(name, installation + "/" + export.group(1), tailAllowed);
            }
        }
        for (String name : List.of("incident_id", "created_at", "version", "contract_version")) {
            report.put(name, manifest.text(name));
        }
        report.put("files", (long) files.names().size());
        for (Object each : manifest.list("omitted")) {
            JsonObject omitted = JsonObject.of(each).only(List.of("artifact", "reason"));
            report.add("omitted", omitted.text("artifact") + ": " + omitted.text("reason"));
        }
    }

    private JsonObject manifest() throws IOException {
        if (!files.names().contains(MANIFEST)) {
            throw Refusal.of(Reason.UNKNOWN_FORMAT, "the archive has no " + MANIFEST);
        }
        byte[] bytes = files.read(MANIFEST, MAX_MANIFEST_BYTES);
        JsonObject manifest = Json.parseObject(bytes);
        if (!FORMAT.equals(manifest.value("format"))) {
            throw Refusal.of(Reason.UNKNOWN_FORMAT, MANIFEST + " does not say " + FORMAT);
        }
        if (!Arrays.equals(CanonicalJson.bytes(manifest.members()), bytes)) {
            throw Refusal.of(Reason.MALFORMED, MANIFEST + " is not in its RFC 8785 form");
        }
        for (String name : List.of("label", "correlation_id", "since", "until")) {
            manifest.textOrNull(name);
        }
        return manifest.only(MEMBERS);
    }

    /** The installation that signed. */
    private String requireSigned() throws IOException {
        String line = new String(files.read(SIGNATURE, MAX_SIGNATURE_BYTES), StandardCharsets.UTF_8);
        if (!line.endsWith("\n")) {
            throw Refusal.of(Reason.TRUNCATED, SIGNATURE + " does not end with a line feed");
        }
        NoteSignature signature = NoteSignature.parse(line.substring(0, line.length() - 1));
        Matcher signer = SIGNER.matcher(signature.name());
        if (!signer.matches()) {
            throw Refusal.of(Reason.UNSIGNED, SIGNATURE + " is not by a key for bundles");
        }
        keys.verify(files.read(MANIFEST, MAX_MANIFEST_BYTES), List.of(signature), signature.name());
        report.put("key_id", signature.keyId());
        return signer.group(1);
    }

    private void requireFiles(JsonObject manifest) throws IOException {
        JsonObject checksums = manifest.object("checksums");
        JsonObject sizes = manifest.object("sizes").only(checksums.members().keySet());
        Set<String> extra = new HashSet<>(files.names());
        extra.removeAll(Set.of(MANIFEST, SIGNATURE));
        extra.removeAll(checksums.members().keySet());
        if (!extra.isEmpty()) {
            throw Refusal.of(Reason.EXTRA_FILE, extra.iterator().next() + " is not in the manifest");
        }
        for (Map.Entry<String, ?> each : checksums.members().entrySet()) {
            String name = FileTree.requireSafe(each.getKey());
            if (!files.names().contains(name)) {
                throw Refusal.of(Reason.MISSING_FILE, name + " is missing");
            }
            if (files.size(name) != sizes.integer(name) || !sha256(name).equals(checksums.hexHash(name))) {
                throw Refusal.of(Reason.FILE_MISMATCH, name + " is not the file of the manifest");
            }
        }
    }

    private String sha256(String name) throws IOException {
        MessageDigest digest = Merkle.sha256();
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = files.open(name)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private void verifyExport(String name, String origin, boolean tailAllowed) throws IOException {
        try (InputStream in = files.open(name)) {
            Export export = Export.open(in, keys, -1);
            Checkpoint checkpoint = export.header().checkpoint();
            if (checkpoint != null && !checkpoint.origin().equals(origin)) {
                throw Refusal.of(Reason.CHAIN_MISMATCH, "the export is of " + checkpoint.origin());
            }
            export.toEnd();
            export.requireAttested(tailAllowed);
            Report one = new Report();
            export.header().tell(one);
            report.add("audit", one.facts());
        } catch (Refusal refusal) {
            throw refusal.inPart(name);
        }
    }
}
