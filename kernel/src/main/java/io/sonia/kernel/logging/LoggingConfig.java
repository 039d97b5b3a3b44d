package io.sonia.kernel.logging;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.settings.Section;

/**
 * How much is logged and kept.
 *
 * @param level lines below it are not written
 * @param maxFileBytes a file that has reached this size is rotated before the next line
 * @param maxFiles files of one service, the current one included
 */
public record LoggingConfig(
        @Default("\"info\"") LogLevel level,
        @Default("52428800") @Range(min = 1024) int maxFileBytes,
        @Default("10") @Range(min = 2, max = 100) int maxFiles) {

    public static final Section<LoggingConfig> SECTION = Section.live("logging", LoggingConfig.class);
}
