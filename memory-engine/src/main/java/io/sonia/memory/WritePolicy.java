package io.sonia.memory;

import io.sonia.contracts.memory.StoreRequest;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Redactor;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Buckets;
import io.sonia.kernel.identity.Caller;
import io.sonia.kernel.json.Json;
import java.time.Duration;

/**
 * What may be remembered that no person stores: of what a turn leaves behind secrets are taken out, and what a model wants
 * has to be of a type it may write, of a bounded size, without secrets, and not too often in one session.
 */
final class WritePolicy {

    private static final int PER_SECOND = 1;

    private final ModelWrites allowed;
    private final Buckets buckets;

    WritePolicy(ModelWrites allowed, Buckets buckets) {
        this.allowed = allowed;
        this.buckets = buckets;
    }

    /**
     * True if a model wants it: it comes through a service, whoever that works for, and that is not the one that tells
     * what was said.
     */
    static boolean ofModel(Caller caller) {
        return caller.via() != null && caller.via() != ServiceName.API_GATEWAY;
    }

    /**
     * The memory as it may be stored.
     *
     * @throws SoniaException POLICY_DENIED, RATE_LIMITED
     */
    StoreRequest governed(StoreRequest request, Caller caller) {
        if (ofModel(caller)) {
            requireAllowed(request);
            requireRate(request, caller);
            return request;
        }
        return caller.via() == ServiceName.API_GATEWAY ? withoutSecrets(request) : request;
    }

    private void requireAllowed(StoreRequest request) {
        if (!allowed.types().contains(request.type())) {
            throw denied("memory.type", "A model does not write memories of this type")
                    .with("allowed", allowed.types());
        }
        if (request.content().length() > allowed.maxChars()) {
            throw denied("memory.size", "A model does not write memories of this size")
                    .with("limit_chars", allowed.maxChars());
        }
        if (Redactor.holdsSecret(request.content()) || Redactor.holdsSecret(Json.text(request.metadata()))) {
            throw denied("memory.secret", "A secret is not remembered");
        }
    }

    private static SoniaException denied(String rule, String message) {
        return SoniaException.of(ErrorCode.POLICY_DENIED, message).with("rule_id", rule);
    }

    private void requireRate(StoreRequest request, Caller caller) {
        String who = request.sessionId() == null ? "actor " + caller.principal() : "session " + request.sessionId();
        Duration wait = buckets.take(who, PER_SECOND, allowed.burst());
        if (!wait.isZero()) {
            throw SoniaException.of(ErrorCode.RATE_LIMITED)
                    .with("scope", "session")
                    .retryAfter(wait);
        }
    }

    private static StoreRequest withoutSecrets(StoreRequest request) {
        return new StoreRequest(
                request.type(),
                Redactor.secrets(request.content()),
                request.metadata(),
                request.userId(),
                request.sessionId(),
                request.priority(),
                request.source());
    }
}
