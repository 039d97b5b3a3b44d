package io.sonia.router;

import io.sonia.contracts.router.BackendList;
import io.sonia.contracts.router.BackendList.Moved;
import io.sonia.contracts.router.BackendList.Release;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import io.sonia.router.BackendLife.Event;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The backends over HTTP: how each stands, and taking one out or letting it be tried by hand. */
final class BackendRoutes {

    private final Providers providers;
    private final Quarantines quarantines;

    BackendRoutes(Providers providers, Quarantines quarantines) {
        this.providers = providers;
        this.quarantines = quarantines;
    }

    List<Route<?>> list() {
        return List.of(
                Route.of(Operation.BACKENDS, BackendList.class, this::backends),
                Route.of(Operation.BACKEND_QUARANTINE, BackendList.Quarantine.class, Moved.class, this::quarantine),
                Route.of(Operation.BACKEND_RELEASE, Release.class, Moved.class, this::release));
    }

    private Reply backends(Call<Empty> call) {
        return Reply.ok(new BackendList(names().stream()
                .map(each -> described(each, quarantines.of(each)))
                .toList()));
    }

    private Set<String> names() {
        Set<String> names = new TreeSet<>(quarantines.known());
        for (ProviderEntry entry : providers.all()) {
            entry.models().forEach(model -> names.add(new BackendName(entry.name(), model.name()).toString()));
            names.addAll(entry.backends());
        }
        return names;
    }

    private Reply quarantine(Call<BackendList.Quarantine> call) {
        BackendList.Quarantine input = call.input();
        return decide(call, Event.QUARANTINE, input.durationSeconds(), input.reason());
    }

    private Reply release(Call<Release> call) {
        return decide(call, Event.RELEASE, 0, call.input().reason());
    }

    private Reply decide(Call<?> call, Event event, int seconds, String reason) {
        String backend = named(call);
        return quarantines.decide(
                call,
                backend,
                new Quarantines.Wish(event, seconds, reason),
                after -> Reply.ok(new Moved(described(backend, after))));
    }

    /** A path cannot hold the slashes of a model's name; {@code ~} stands for them. */
    private String named(Call<?> call) {
        String name = call.path("provider") + "/" + call.path("model").replace('~', '/');
        if (!names().contains(name)) {
            throw SoniaException.of(ErrorCode.NOT_FOUND, "No backend has that name");
        }
        return name;
    }

    private BackendList.Backend described(String name, Standing standing) {
        BackendName parts = BackendName.of(name);
        String model = parts.model() == null ? "" : parts.model();
        Backend.Figures figures = providers
                .find(parts.provider())
                .map(entry -> entry.backend(model).figures())
                .orElseGet(() -> new Backend.Figures(0, 0, 0, null));
        return new BackendList.Backend(
                name,
                standing.state(),
                figures.successes(),
                figures.failures(),
                figures.consecutiveSuccesses(),
                quarantines.windowFailures(name),
                standing.quarantinedAt(),
                standing.until(),
                standing.evidence(),
                figures.latencyEwmaMs());
    }
}
