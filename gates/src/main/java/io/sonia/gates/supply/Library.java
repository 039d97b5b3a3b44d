package io.sonia.gates.supply;

import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A library of a CycloneDX list.
 *
 * @param name as advisories have it, {@code group:artifact}
 */
record Library(String name, String version) {

    /**
     * The libraries in a list, without SONIA's own modules.
     *
     * @throws io.sonia.kernel.SoniaException INVALID_ARGUMENT if it is none
     */
    static List<Library> listed(Path sbom) throws IOException {
        List<Library> found = new ArrayList<>();
        Map<String, ?> list = Json.parseObject(Files.readString(sbom));
        if (list.get("components") instanceof List<?> components) {
            for (Object each : components) {
                if (each instanceof Map<?, ?> component
                        && component.get("group") instanceof String group
                        && component.get("name") instanceof String name
                        && component.get("version") instanceof String version
                        && !group.equals("io.sonia")) {
                    found.add(new Library(group + ":" + name, version));
                }
            }
        }
        return found;
    }
}
