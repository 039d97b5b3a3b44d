package io.sonia.evaos.supervision;

import java.io.IOException;

/** Starts services as processes. */
interface Launcher {

    /**
     * Starts a service, after ending what a former life has left of it.
     *
     * @throws IOException if it cannot be started, or the former process cannot be ended
     */
    Running launch(ChildPlan plan) throws IOException;
}
