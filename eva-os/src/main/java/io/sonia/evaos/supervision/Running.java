package io.sonia.evaos.supervision;

import io.sonia.kernel.process.Ending;
import io.sonia.kernel.process.Exit;
import io.sonia.kernel.process.PidRecord;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A service's process. */
interface Running {

    PidRecord record();

    /** Completes when the process ends. */
    CompletableFuture<Exit> exit();

    /** Ends the process and everything it has started. */
    Ending end(Duration grace);
}
