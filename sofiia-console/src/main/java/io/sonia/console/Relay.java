package io.sonia.console;

import io.sonia.contracts.console.Relayed;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import io.sonia.kernel.http.PeerAnswer;
import io.sonia.kernel.http.Peers;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.http.Target;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * The way from the page to the other services. The person's own key goes along, so each service decides for itself; what
 * only services may ask is not there. The answer comes back as it is, piece by piece if it is a stream or a file.
 */
final class Relay {

    private static final long MAX_FILE = 64L * 1024 * 1024;
    private static final String EVENTS = "text/event-stream";
    private static final Set<String> PASSED_ON =
            Set.of("x-idempotency-key", "x-fence-token", "if-match", "last-event-id");

    private final Peers peers;

    Relay(Peers peers) {
        this.peers = peers;
    }

    List<Route<?>> list() {
        return List.of(
                route(Operation.RELAY_GET),
                route(Operation.RELAY_POST),
                route(Operation.RELAY_PUT),
                route(Operation.RELAY_PATCH),
                route(Operation.RELAY_DELETE));
    }

    private Route<?> route(Operation operation) {
        return Route.of(operation, Relayed.class, Relayed.class, this::pass);
    }

    private Reply pass(Call<Relayed> call) {
        ServiceName service = ServiceName.byWireName(call.path("service"))
                .filter(each -> each != ServiceName.SOFIIA_CONSOLE)
                .orElseThrow(() -> SoniaException.of(ErrorCode.NOT_FOUND));
        Target target = Target.of(service, call.operation().method(), call.path("tail"))
                .filter(each -> each.operation().access().operator())
                .orElseThrow(() -> SoniaException.of(ErrorCode.NOT_FOUND));
        Operation operation = target.operation();
        // Of a stream the time is that of each wait, which its keep-alives have to fit in.
        Context context = call.wantsEvents() ? call.context() : call.context().within(operation.deadline());
        Peer.Request request = peers.of(service).on(context, operation);
        target.path().forEach(request::path);
        if (call.operation().method().equals("GET") || call.operation().method().equals("DELETE")) {
            call.input().fields().forEach(request::query);
        } else {
            request.body(call.input().fields());
        }
        PASSED_ON.forEach(name -> request.header(name, call.header(name).orElse(null)));
        return passedBack(request.answer(call.wantsEvents()));
    }

    private static Reply passedBack(PeerAnswer answer) {
        if (!answer.whole() && answer.status() == 200) {
            long most = answer.contentType().startsWith(EVENTS) ? Long.MAX_VALUE : MAX_FILE;
            return new Reply.File(answer.contentType(), out -> {
                try (answer) {
                    answer.copyTo(out, most);
                }
            });
        }
        try (answer) {
            return new Reply.Raw(answer.status(), answer.contentType(), answer.bytes());
        } catch (IOException e) {
            throw SoniaException.caused(ErrorCode.DEPENDENCY_FAILED, e);
        }
    }
}
