package io.sonia.contracts;

import io.sonia.contracts.redaction.TextPlace;
import io.sonia.kernel.http.BrowserKeys;
import io.sonia.kernel.http.ReadinessCheck;
import io.sonia.kernel.http.RestorePhase;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.http.SocketRoute;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One service: what it serves and what it runs. Made with its parts; started once it is served. */
public interface ServiceModule extends AutoCloseable {

    List<Route<?>> routes();

    default List<SocketRoute> sockets() {
        return List.of();
    }

    /** What the cookies of browsers stand for; without a page of its own nothing. */
    default BrowserKeys browsers() {
        return BrowserKeys.NONE;
    }

    /** What has to hold, beside store, audit and credentials, for the service to be able to work. */
    default List<ReadinessCheck> checks() {
        return List.of();
    }

    /** What was taken up from a former life, in the order in which it was; empty before that. */
    default List<RestorePhase> restored() {
        return List.of();
    }

    /** Where it keeps what people and models say, beside what it destroys by routes of its own. */
    default List<TextPlace> texts() {
        return List.of();
    }

    /** Counts of the service's own nouns, for its status. */
    default Map<String, @Nullable Object> detail() {
        return Map.of();
    }

    /** Begins background work and takes up what a former life left open. */
    void start();

    @Override
    void close();
}
