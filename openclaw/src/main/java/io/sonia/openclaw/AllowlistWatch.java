package io.sonia.openclaw;

import io.sonia.contracts.evaos.PolicyAnswer;
import io.sonia.contracts.policy.NetworkAllowlist;
import io.sonia.contracts.policy.PolicySet;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The network allowlist of the policy in force: what the files say, once EVA-OS says that they are that policy. Until
 * then nothing is listed, and files that were edited since change nothing.
 */
final class AllowlistWatch implements Supplier<NetworkAllowlist> {

    private static final Duration TIME = Duration.ofSeconds(2);
    private static final NetworkAllowlist NOTHING = new NetworkAllowlist(1, 1, Instant.EPOCH, List.of());

    private final Path folder;
    private final Peer evaOs;
    private final Clock clock;
    private final Ids ids;
    private volatile @Nullable PolicySet inForce;

    AllowlistWatch(Path folder, Peer evaOs, Clock clock, Ids ids) {
        this.folder = folder;
        this.evaOs = evaOs;
        this.clock = clock;
        this.ids = ids;
    }

    /**
     * The list; a first use asks EVA-OS itself.
     *
     * @throws SoniaException what asking EVA-OS failed with
     */
    @Override
    public NetworkAllowlist get() {
        if (inForce == null) {
            look();
        }
        PolicySet known = inForce;
        return known == null ? NOTHING : known.network();
    }

    /** Asks EVA-OS only if the files are another policy than the one known. */
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
        PolicySet known = inForce;
        if (known != null && found.version().equals(known.version())) {
            return;
        }
        Context context = Context.own(ServiceName.OPENCLAW, "timer", null, TIME, ids, clock);
        PolicyAnswer answer = evaOs.on(context, Operation.POLICY_GET).send(PolicyAnswer.class);
        if (answer.policyVersion().equals(found.version())) {
            inForce = found;
        }
    }
}
