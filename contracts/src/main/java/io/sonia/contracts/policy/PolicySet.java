package io.sonia.contracts.policy;

import io.sonia.kernel.json.CanonicalJson;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All policy files, read and checked together.
 *
 * @param texts file name to the text that was read
 * @param digest SHA-256 of the RFC 8785 form of file name to file digest; any changed byte changes it
 */
public record PolicySet(
        RiskPolicy risk,
        RbacToolsMatrix rbac,
        ToolsRollout rollout,
        NetworkAllowlist network,
        AlertPolicy alerts,
        List<PolicyFile> files,
        Map<String, String> texts,
        String digest) {

    /** The names of the files. */
    public static final List<String> FILES = PolicyReader.NAMES;

    private static final int SHORT = 12;

    /** The digest of files. */
    static String digest(List<PolicyFile> files) {
        Map<String, @Nullable Object> digests = new TreeMap<>();
        files.forEach(each -> digests.put(each.name(), each.sha256()));
        return CanonicalJson.sha256(digests);
    }

    /**
     * Reads {@code config/policies}.
     *
     * @throws io.sonia.kernel.SoniaException CONFIG_INVALID with {@code details.problems[]}, everything wrong at once
     */
    public static PolicySet load(Path folder) {
        return new PolicyReader(folder, Map.of()).read(folder.toString());
    }

    /**
     * Reads a set from the texts of its files.
     *
     * @throws io.sonia.kernel.SoniaException as {@link #load}
     */
    public static PolicySet of(Map<String, String> texts) {
        return new PolicyReader(null, texts).read("(given)");
    }

    /** This set with other texts in place of some of its files. */
    public PolicySet with(Map<String, String> others) {
        Map<String, String> all = new TreeMap<>(texts);
        all.putAll(others);
        return of(all);
    }

    /** The short name of this very set, such as {@code pol_1a2b3c4d5e6f}; grants and approvals are bound to it. */
    public String version() {
        return "pol_" + digest.substring(0, SHORT);
    }
}
