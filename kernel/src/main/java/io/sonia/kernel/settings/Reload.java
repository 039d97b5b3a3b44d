package io.sonia.kernel.settings;

import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Text;
import java.util.List;

/**
 * What a reload changed: keys in force at once, and keys of the file that wait for a restart.
 *
 * @param generation grows by one with each reload that applied something
 * @param digest SHA-256 of the canonical JSON of the values in force
 */
public record Reload(
        long generation,
        @Text(min = 64, max = 64) String digest,
        @Items(max = 1000) List<String> applied,
        @Items(max = 1000) List<String> needsRestart) {}
