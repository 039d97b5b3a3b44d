package io.sonia.gateway;

import io.sonia.contracts.openai.ModelObjects;
import io.sonia.contracts.openai.ModelObjects.ModelObject;
import io.sonia.contracts.router.ModelList;
import io.sonia.contracts.router.ProfileList;
import io.sonia.contracts.router.ProviderList;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a completion may name as its model: the profiles and the backends of the model router. */
final class ModelNames {

    private static final Duration FRESH = Duration.ofSeconds(5);
    private static final Duration TIME = Duration.ofSeconds(2);
    private static final String OWN = "sonia";

    private record Known(Set<String> profiles, Set<String> providers, long atNanos) {}

    private final Peer router;
    private final Clock clock;
    private volatile @Nullable Known known;

    ModelNames(Peer router, Clock clock) {
        this.router = router;
        this.clock = clock;
    }

    /** Every profile, and every model of the providers that can be called now. */
    ModelObjects list(Context context) {
        ProfileList profiles = profiles(context);
        ModelList models = router.on(context.within(TIME), Operation.MODELS).send(ModelList.class);
        long now = clock.now().getEpochSecond();
        List<ModelObject> all = new ArrayList<>();
        profiles.profiles().keySet().forEach(name -> all.add(new ModelObject(name, "model", now, OWN)));
        long asOf = models.asOf().getEpochSecond();
        models.models()
                .forEach((provider, listed) -> listed.forEach(
                        each -> all.add(new ModelObject(provider + "/" + each.name(), "model", asOf, provider))));
        return new ModelObjects("list", all);
    }

    /**
     * True for a profile, false for a backend.
     *
     * @throws SoniaException NOT_FOUND if it is neither
     */
    boolean profile(Context context, String name) {
        Known now = known(context);
        if (now.profiles().contains(name)) {
            return true;
        }
        int slash = name.indexOf('/');
        if (now.providers().contains(slash < 0 ? name : name.substring(0, slash)) && slash != name.length() - 1) {
            return false;
        }
        throw SoniaException.of(ErrorCode.NOT_FOUND, "There is no such model").with("param", "model");
    }

    private Known known(Context context) {
        Known before = known;
        if (before != null && clock.nanoTime() - before.atNanos() < FRESH.toNanos()) {
            return before;
        }
        ProviderList providers =
                router.on(context.within(TIME), Operation.PROVIDERS).send(ProviderList.class);
        Known now = new Known(
                Set.copyOf(profiles(context).profiles().keySet()),
                Set.copyOf(providers.providers().keySet()),
                clock.nanoTime());
        known = now;
        return now;
    }

    private ProfileList profiles(Context context) {
        return router.on(context.within(TIME), Operation.PROFILES).send(ProfileList.class);
    }
}
