package io.sonia.kernel.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.rolling.RollingPolicy;
import ch.qos.logback.core.rolling.RolloverFailure;
import ch.qos.logback.core.rolling.TriggeringPolicy;
import ch.qos.logback.core.rolling.helper.CompressionMode;
import io.sonia.kernel.settings.Live;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Moves a full file {@code x.log} to {@code x.log.1}, that one to {@code x.log.2}, and so on up to the last one kept. */
final class Rotation implements RollingPolicy, TriggeringPolicy<ILoggingEvent> {

    private final Path file;
    private final Live<LoggingConfig> config;
    private boolean started;

    Rotation(Path file, Live<LoggingConfig> config) {
        this.file = file;
        this.config = config;
    }

    @Override
    public boolean isTriggeringEvent(File active, ILoggingEvent event) {
        return active.length() >= config.get().maxFileBytes();
    }

    @Override
    public void rollover() throws RolloverFailure {
        try {
            int last = config.get().maxFiles() - 1;
            for (int old = last; Files.deleteIfExists(numbered(old)); old++) {
                // Also those beyond, left from a time when more were kept.
            }
            for (int number = last; number > 1; number--) {
                if (Files.exists(numbered(number - 1))) {
                    Files.move(numbered(number - 1), numbered(number), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            Files.move(file, numbered(1), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new RolloverFailure("the log file could not be rotated", e);
        }
    }

    @Override
    public String getActiveFileName() {
        return file.toString();
    }

    @Override
    public CompressionMode getCompressionMode() {
        return CompressionMode.NONE;
    }

    @Override
    public void setParent(FileAppender<?> appender) {}

    @Override
    public void start() {
        started = true;
    }

    @Override
    public void stop() {
        started = false;
    }

    @Override
    public boolean isStarted() {
        return started;
    }

    private Path numbered(int number) {
        return file.resolveSibling(file.getFileName() + "." + number);
    }
}
