package io.sonia.evaos.supervision;

import io.sonia.kernel.process.Ending;
import io.sonia.kernel.process.Exit;
import io.sonia.kernel.process.PidRecord;
import java.time.Duration;
import java.util.Optional;

/** A service's process. */
interface Running {

    PidRecord record();

    /** How the process ended, if it has. */
    Optional<Exit> exit();

    /** Has the listener called, on a thread of its own, at once when the process ends or if it has ended. */
    void whenEnded(Runnable listener);

    /** Ends the process and everything it has started. */
    Ending end(Duration grace);
}
