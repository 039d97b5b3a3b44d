package io.sonia.contracts.incident;

import io.sonia.journal.ReadOnlyJournal;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Home;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.PeerFile;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where what is known about an incident is read from. The files of the home are there whether or not a service runs; a
 * service that runs is asked besides.
 *
 * @param environment of the process that looks; its settings are those of the services if it was started alike
 * @param distribution the folder with the jars, if there is one
 */
public record IncidentSources(
        Home home,
        Map<String, String> environment,
        Optional<Path> distribution,
        Clock clock,
        Stores stores,
        Services services) {

    /** Opens the stores of services to read them. */
    public interface Stores {

        /**
         * Opens a service's store.
         *
         * @throws io.sonia.kernel.SoniaException STORAGE_UNAVAILABLE or AUTH_UNAVAILABLE if it cannot be opened
         */
        ReadOnlyJournal open(ServiceName service);
    }

    /** Asks running services. */
    public interface Services {

        /**
         * The data of the answer.
         *
         * @throws io.sonia.kernel.SoniaException as the service answers, UNAVAILABLE if it does not
         */
        Map<String, @Nullable Object> ask(ServiceName service, Operation operation);

        /**
         * An export of a part of the service's chain.
         *
         * @throws io.sonia.kernel.SoniaException as the service answers, UNAVAILABLE if it does not
         */
        PeerFile export(ServiceName service, ReadOnlyJournal.Span span);
    }
}
