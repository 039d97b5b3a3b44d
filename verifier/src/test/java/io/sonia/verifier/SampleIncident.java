package io.sonia.verifier;

import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** An incident bundle in the making. */
final class SampleIncident {

    final Map<String, Object> manifest = new LinkedHashMap<>();
    final SampleZip zip = new SampleZip();

    SampleIncident() {
        manifest.put("format", "sonia-incident/1");
        manifest.put("incident_id", "inc_1");
        manifest.put("label", null);
        manifest.put("created_at", "2026-01-01T00:02:00.000Z");
        manifest.put("version", "4.7.0-dev");
        manifest.put("contract_version", "1.0");
        manifest.put("correlation_id", "req_000000000000000000000001");
        manifest.put("since", null);
        manifest.put("until", null);
        manifest.put("omitted", List.of(Map.of("artifact", "audit/openclaw.jsonl", "reason", "UNAVAILABLE")));
    }

    SampleIncident with(String name, byte[] content) {
        zip.with(name, content);
        return this;
    }

    /** Lists the files that are there and signs. */
    SampleZip signed(SampleNotary bundleKey) {
        Map<String, Object> checksums = new TreeMap<>();
        Map<String, Object> sizes = new TreeMap<>();
        zip.files.forEach((name, content) -> {
            checksums.put(name, HexFormat.of().formatHex(Merkle.sha256().digest(content)));
            sizes.put(name, (long) content.length);
        });
        manifest.put("checksums", checksums);
        manifest.put("sizes", sizes);
        return signedAsIs(bundleKey);
    }

    /** Signs a manifest that may be wrong. */
    SampleZip signedAsIs(SampleNotary bundleKey) {
        String text = CanonicalJson.text(manifest);
        return zip.with("manifest.json", text).with("manifest.sig", bundleKey.signatureLine(text));
    }
}
