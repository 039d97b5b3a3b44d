package io.sonia.evaos.supervision;

import io.sonia.kernel.process.Ending;
import io.sonia.kernel.process.Exit;
import io.sonia.kernel.process.PidRecord;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The process of one service, if it has one now. */
final class ServiceProcess {

    private final Launcher launcher;
    private final Runnable whenEnded;
    private @Nullable Running running;

    /** @param whenEnded called when a process ends */
    ServiceProcess(Launcher launcher, Runnable whenEnded) {
        this.launcher = launcher;
        this.whenEnded = whenEnded;
    }

    boolean present() {
        return running != null;
    }

    @Nullable
    PidRecord record() {
        return running == null ? null : running.record();
    }

    @Nullable
    Long pid() {
        return running == null ? null : Long.valueOf(running.record().pid());
    }

    void launch(ChildPlan plan) throws IOException {
        Running started = launcher.launch(plan);
        running = started;
        started.whenEnded(whenEnded);
    }

    /** How it ended, if it has. */
    Optional<Exit> exit() {
        return running == null ? Optional.empty() : running.exit();
    }

    /** Ends it with everything it has started. */
    Ending end(Duration grace) {
        Ending ending = running == null ? Ending.ABSENT : running.end(grace);
        if (ending != Ending.STUCK) {
            running = null;
        }
        return ending;
    }
}
