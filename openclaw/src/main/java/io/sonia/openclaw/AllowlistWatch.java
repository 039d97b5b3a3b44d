package io.sonia.openclaw;

import io.sonia.contracts.evaos.PolicyAnswer;
import io.sonia.contracts.policy.PolicySet;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import io.sonia.openclaw.web.Destinations;
import java.nio.file.Path;
import java.time.Duration;

/** Takes over the network allowlist of a policy that came into force, and of no other. */
final class AllowlistWatch {

    private static final Duration TIME = Duration.ofSeconds(2);

    private final Path folder;
    private final Destinations destinations;
    private final Peer evaOs;
    private final Clock clock;
    private final Ids ids;
    private String known;

    /** @param known the version of the policy that the destinations are of */
    AllowlistWatch(Path folder, Destinations destinations, String known, Peer evaOs, Clock clock, Ids ids) {
        this.folder = folder;
        this.destinations = destinations;
        this.known = known;
        this.evaOs = evaOs;
        this.clock = clock;
        this.ids = ids;
    }

    /** Asks EVA-OS only if the files are another policy than the one known; one that is not in force changes nothing. */
    void look() {
        PolicySet found;
        try {
            found = PolicySet.load(folder);
        } catch (SoniaException refused) {
            if (refused.code() == ErrorCode.CONFIG_INVALID) {
                return;
            }
            throw refused;
        }
        if (found.version().equals(known)) {
            return;
        }
        Context context = Context.own(ServiceName.OPENCLAW, "timer", null, TIME, ids, clock);
        PolicyAnswer inForce = evaOs.on(context, Operation.POLICY_GET).send(PolicyAnswer.class);
        if (inForce.policyVersion().equals(found.version())) {
            destinations.use(found.network());
            known = found.version();
        }
    }
}
