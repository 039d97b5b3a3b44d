package io.sonia.router;

import io.sonia.contracts.router.Capability;
import io.sonia.contracts.router.ModelEntry;
import io.sonia.contracts.router.RouteDecision.SkipReason;
import io.sonia.contracts.router.RouteDecision.Skipped;
import io.sonia.contracts.router.RoutePolicy;
import io.sonia.contracts.router.TaskType;
import io.sonia.kernel.json.Nearest;
import io.sonia.kernel.json.Violations;
import io.sonia.kernel.settings.Live;
import io.sonia.router.Plan.Choice;
import io.sonia.router.Plan.Skip;
import io.sonia.router.Plan.Verdict;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Sorts the backends of a profile's chain into those a call may go to and those it may not, each with the reason. */
final class Routing {

    private final Live<RouterConfig> config;
    private final Providers providers;
    private final Quarantines quarantines;

    Routing(Live<RouterConfig> config, Providers providers, Quarantines quarantines) {
        this.config = config;
        this.providers = providers;
        this.quarantines = quarantines;
    }

    /**
     * The plan for a call.
     *
     * @throws io.sonia.kernel.SoniaException INVALID_ARGUMENT for an unknown profile or a pin without a provider
     */
    Plan plan(Ask ask) {
        String name = profileName(ask);
        ProfileConfig profile = profile(name);
        List<BackendName> chain = chain(ask, profile);
        providers.awaitFirstProbes();
        List<Choice> choices = new ArrayList<>();
        List<Skipped> skipped = new ArrayList<>();
        for (BackendName backend : chain) {
            switch (verdict(backend, ask, profile)) {
                case Choice choice -> choices.add(choice);
                case Skip skip -> skipped.add(skip.why());
            }
        }
        return new Plan(ask, name, profile, choices, skipped, List.of());
    }

    boolean knowsProfile(String name) {
        return config.get().profiles().containsKey(name);
    }

    private static String profileName(Ask ask) {
        if (ask.profile() != null) {
            return ask.profile();
        }
        return switch (ask.taskType()) {
            case TEXT -> "chat_low_latency";
            case VISION -> "vision_analysis";
            case EMBEDDINGS -> "embeddings";
        };
    }

    private ProfileConfig profile(String name) {
        Map<String, ProfileConfig> profiles = config.get().profiles();
        ProfileConfig profile = profiles.get(name);
        if (profile == null) {
            String near = Nearest.to(name, profiles.keySet())
                    .map(found -> "; nearest is " + found)
                    .orElse("");
            throw Violations.single("profile", "choice", "no such profile" + near);
        }
        return profile;
    }

    private Collection<BackendName> named(ProfileConfig profile) {
        return profile.chain().stream().map(BackendName::of).toList();
    }

    private List<BackendName> chain(Ask ask, ProfileConfig profile) {
        if (ask.policy() == RoutePolicy.PROVIDER_PINNED) {
            if (ask.provider() == null) {
                throw Violations.single("provider", "required", "the policy provider_pinned needs a provider");
            }
            return List.of(new BackendName(ask.provider(), ask.model()));
        }
        Set<BackendName> chain = new LinkedHashSet<>();
        for (BackendName name : named(profile)) {
            if (name.provider().equals(ProfileConfig.OTHERS)) {
                chain.addAll(others(profile));
            } else {
                chain.add(name);
            }
        }
        boolean named = ask.taskType() == TaskType.EMBEDDINGS && ask.model() != null;
        return named
                ? chain.stream()
                        .map(each -> new BackendName(each.provider(), ask.model()))
                        .distinct()
                        .toList()
                : List.copyOf(chain);
    }

    /** The providers the profile does not name, local ones first; the built-in one only answers where it is named. */
    private List<BackendName> others(ProfileConfig profile) {
        List<String> named = named(profile).stream().map(BackendName::provider).toList();
        List<ProviderEntry> rest = providers.all().stream()
                .filter(each -> each.config().kind() != ProviderKind.BUILTIN && !named.contains(each.name()))
                .toList();
        return Stream.concat(
                        rest.stream().filter(each -> each.config().local()),
                        rest.stream().filter(each -> !each.config().local()))
                .map(each -> new BackendName(each.name(), null))
                .toList();
    }

    private Verdict verdict(BackendName name, Ask ask, ProfileConfig profile) {
        ProviderEntry entry = providers.find(name.provider()).orElse(null);
        if (entry == null) {
            return Skip.of(name, SkipReason.UNREGISTERED, "no such provider");
        }
        if (ask.policy() == RoutePolicy.LOCAL_ONLY && !entry.config().local()) {
            return Skip.of(name, SkipReason.POLICY_LOCAL_ONLY, null);
        }
        if (!entry.available()) {
            return Skip.of(name, SkipReason.UNAVAILABLE, entry.error().orElse(null));
        }
        if (ask.taskType() == TaskType.EMBEDDINGS && !entry.config().kind().embeds()) {
            return Skip.of(name, SkipReason.CAPABILITY_MISSING, "it makes no embeddings");
        }
        Set<Capability> needs = EnumSet.noneOf(Capability.class);
        needs.addAll(ask.needs());
        needs.addAll(profile.capabilities());
        String wanted = name.model() == null ? ownChoice(entry, ask) : name.model();
        Optional<ModelEntry> found =
                wanted == null ? first(entry.models(), needs, ask.wantsTools()) : listed(entry, wanted);
        if (found.isEmpty()) {
            return wanted == null
                    ? Skip.of(name, SkipReason.CAPABILITY_MISSING, "needs " + words(needs))
                    : Skip.of(name, SkipReason.UNREGISTERED, "it does not list the model " + wanted);
        }
        BackendName backend = new BackendName(entry.name(), found.get().name());
        Optional<String> refusal = quarantines.refusal(backend.toString());
        if (refusal.isPresent()) {
            return Skip.of(backend, SkipReason.QUARANTINED, refusal.get());
        }
        BackendConfig price = price(entry, found.get());
        if (price == null && !entry.config().local() && config.get().budgets().money()) {
            return Skip.of(name, SkipReason.COST_OVER_BUDGET, "there is a budget of money and no price of it");
        }
        return verdict(entry, found.get(), price, needs, new Room(limit(ask, profile, entry), ask.tokens()));
    }

    /** The model set for a provider; it chats, unless its models are said to make embeddings. */
    private static @Nullable String ownChoice(ProviderEntry entry, Ask ask) {
        boolean fits = ask.taskType() != TaskType.EMBEDDINGS
                || entry.config().capabilities().contains(Capability.EMBEDDINGS);
        return fits ? entry.config().model() : null;
    }

    private Verdict verdict(
            ProviderEntry entry, ModelEntry model, @Nullable BackendConfig price, Set<Capability> needs, Room room) {
        BackendName name = new BackendName(entry.name(), model.name());
        if (!model.capabilities().containsAll(needs)) {
            return Skip.of(name, SkipReason.CAPABILITY_MISSING, "needs " + words(needs));
        }
        Integer length = model.contextLength();
        int most = Math.min(room.most(), length == null ? Integer.MAX_VALUE : length);
        if (room.tokens() > most) {
            return Skip.of(name, SkipReason.CONTEXT_TOO_SMALL, "takes at most " + most + " tokens");
        }
        boolean tools = model.capabilities().contains(Capability.TOOLS);
        boolean trial = quarantines.onTrial(name.toString());
        return new Choice(entry, entry.backend(model.name()), model.name(), tools, price, trial);
    }

    /** What a prompt has, and may have, of tokens. */
    private record Room(int most, int tokens) {}

    private @Nullable BackendConfig price(ProviderEntry entry, ModelEntry model) {
        return entry.config().kind() == ProviderKind.BUILTIN
                ? BackendConfig.FREE
                : config.get().price(entry.name(), model.name());
    }

    /** The profile's bound; none for a pinned provider, nor for the built-in one, which has no context window. */
    private static int limit(Ask ask, ProfileConfig profile, ProviderEntry entry) {
        boolean free =
                ask.policy() == RoutePolicy.PROVIDER_PINNED || entry.config().kind() == ProviderKind.BUILTIN;
        return free ? Integer.MAX_VALUE : profile.maxContext();
    }

    /** The first model that can do what is needed; one that can call tools, if tools are offered and there is one. */
    private static Optional<ModelEntry> first(List<ModelEntry> models, Set<Capability> needs, boolean tools) {
        List<ModelEntry> fit = models.stream()
                .filter(each -> each.capabilities().containsAll(needs))
                .toList();
        return fit.stream()
                .filter(each -> tools && each.capabilities().contains(Capability.TOOLS))
                .findFirst()
                .or(() -> fit.stream().findFirst());
    }

    /** The listed model of that name; a provider that lists none, or has names it does not list, is trusted. */
    private static Optional<ModelEntry> listed(ProviderEntry entry, String wanted) {
        Optional<ModelEntry> listed = entry.models().stream()
                .filter(each -> each.name().equals(wanted) || each.name().equals(wanted + ":latest"))
                .findFirst();
        boolean trusted = entry.models().isEmpty() || entry.config().kind() == ProviderKind.ANTHROPIC;
        return listed.isPresent() || !trusted
                ? listed
                : Optional.of(new ModelEntry(wanted, entry.config().capabilities(), null));
    }

    private static String words(Set<Capability> needs) {
        return String.join(
                ", ",
                needs.stream()
                        .map(each -> each.name().toLowerCase(java.util.Locale.ROOT))
                        .toList());
    }
}
