package io.sonia.cli;

import io.sonia.kernel.Hlc;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SecretFile;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import io.sonia.kernel.http.Trace;
import io.sonia.kernel.identity.Caller;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;

/** Calls a running stack with the operator's key: each operation at the service that serves it. */
final class OperatorClient {

    /** On top of the time an operation takes at most, for its answer to arrive. */
    private static final Duration MARGIN = Duration.ofSeconds(2);

    private static final Duration LONGEST = Duration.ofMinutes(5);

    private final Workplace place;
    private final Addresses addresses;
    private final String token;
    private final Ids ids = new Ids(new SecureRandom());

    private OperatorClient(Workplace place, Addresses addresses, String token) {
        this.place = place;
        this.addresses = addresses;
        this.token = token;
    }

    /** Reads the operator's key, which EVA-OS has written at its first start. */
    static OperatorClient of(Workplace place) {
        Path file = place.home().operatorToken();
        if (!Files.exists(file)) {
            throw notRunning(place, "it has never been started in this home");
        }
        byte[] token = key(file);
        Addresses addresses = Addresses.of(place.home(), place.environment());
        return new OperatorClient(place, addresses, new String(token, StandardCharsets.US_ASCII).strip());
    }

    private static byte[] key(Path file) {
        try {
            return SecretFile.read(file, "start SONIA anew with ./sonia down and ./sonia up");
        } catch (SoniaException unsafe) {
            throw ErrorLine.local(unsafe);
        }
    }

    static Failure notRunning(Workplace place, String cause) {
        return Failure.of(
                ExitCode.NOT_RUNNING,
                "SONIA is not running",
                cause + " (home " + place.home().root() + ")",
                "start it with ./sonia up");
    }

    /** The operator's key. */
    String token() {
        return token;
    }

    Ids ids() {
        return ids;
    }

    /** Begins a call under a correlation id of its own. */
    Peer.Request on(Operation operation) {
        return on(operation, ids.next("req_"));
    }

    /** Begins a call that belongs to an earlier request and is to be found with it on record. */
    Peer.Request on(Operation operation, String correlationId) {
        return on(operation, correlationId, operation.deadline().plus(MARGIN));
    }

    /** Begins a call that may take as long as a person needs to decide. */
    Peer.Request onPatiently(Operation operation) {
        return on(operation, ids.next("req_"), LONGEST);
    }

    /** Begins a call of what every service answers about itself, to this service. */
    Peer.Request onService(ServiceName service, Operation operation) {
        return peer(service).on(context(ids.next("req_"), operation.deadline().plus(MARGIN)), operation);
    }

    private Peer.Request on(Operation operation, String correlationId, Duration time) {
        ServiceName service = operation.service() == null ? ServiceName.API_GATEWAY : operation.service();
        return peer(service).on(context(correlationId, time), operation);
    }

    private Context context(String correlationId, Duration time) {
        return new Context(
                correlationId,
                Trace.continued(null, null, ids),
                Deadline.in(time, place.clock()),
                Caller.NOBODY,
                token,
                null);
    }

    private Peer peer(ServiceName service) {
        return new Peer(service.wireName(), addresses.of(service).port(), new Hlc(place.clock()), () -> "");
    }
}
