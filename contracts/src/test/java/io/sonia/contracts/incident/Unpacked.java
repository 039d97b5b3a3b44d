package io.sonia.contracts.incident;

import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The files of a bundle by name. */
record Unpacked(Map<String, byte[]> files) {

    static Unpacked of(Path bundle) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        try (ZipFile zip = new ZipFile(bundle.toFile())) {
            for (ZipEntry each : zip.stream().toList()) {
                files.put(each.getName(), zip.getInputStream(each).readAllBytes());
            }
        }
        return new Unpacked(files);
    }

    String text(String name) {
        return new String(files.get(name), StandardCharsets.UTF_8);
    }

    Map<String, Object> manifest() {
        return Json.parseObject(text(IncidentManifest.FILE));
    }

    /** Why each thing that is named as missing is. */
    Map<String, String> omitted() {
        return ((List<?>) manifest().get("omitted"))
                .stream()
                        .map(each -> (Map<?, ?>) each)
                        .collect(Collectors.toMap(
                                each -> (String) each.get("artifact"), each -> (String) each.get("reason")));
    }

    /** Everything in it, byte for byte. */
    String all() {
        return files.values().stream()
                .map(each -> new String(each, StandardCharsets.ISO_8859_1))
                .collect(Collectors.joining("\n"));
    }
}
