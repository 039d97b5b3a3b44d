package io.sonia.cli;

import io.sonia.kernel.Home;
import io.sonia.kernel.SecretFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Lets one start or stop of a home go on at a time; a second one waits and then finds what the first one did. */
final class StartLock implements AutoCloseable {

    private final FileChannel channel;

    private StartLock(FileChannel channel) {
        this.channel = channel;
    }

    static StartLock take(Home home) {
        Path file = home.root().resolve("state/start.lock");
        try {
            SecretFile.createFolder(file.resolveSibling(""));
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            channel.lock(); // released with the channel, also when this process dies
            return new StartLock(channel);
        } catch (IOException e) {
            throw Failure.of(
                    ExitCode.STORAGE,
                    "the home " + home.root() + " cannot be used",
                    Reason.of(e),
                    "set SONIA_HOME to a folder that you may write");
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException alreadyGone) {
            // The lock ends with the process at the latest.
        }
    }
}
