package io.sonia.gates.drill;

import io.sonia.kernel.ServiceName;
import org.jspecify.annotations.Nullable;

/** One keyed request of a caller, and the answer it got, if any: until then nobody knows whether it was done. */
final class Wish {

    /** What is asked for, and of whom. */
    enum Kind {
        CREATE(ServiceName.EVA_OS, "task.create"),
        UPDATE(ServiceName.EVA_OS, "task.update"),
        ASK(ServiceName.EVA_OS, "gate"),
        DECIDE(ServiceName.EVA_OS, "approve"),
        STORE(ServiceName.MEMORY_ENGINE, "memory.store"),
        ACT(ServiceName.API_GATEWAY, "action.changed"),
        PERMIT(ServiceName.API_GATEWAY, "approve");

        private final ServiceName service;
        private final String operation;

        Kind(ServiceName service, String operation) {
            this.service = service;
            this.operation = operation;
        }

        ServiceName service() {
            return service;
        }

        /** The operation of the audit entry that belongs to the effect. */
        String operation() {
            return operation;
        }

        /** True if a repetition gives the very bytes of the first answer; a permit tells how far its action is. */
        boolean repeatsBytes() {
            return this != PERMIT;
        }
    }

    private final Kind kind;
    private final String method;
    private final String path;
    private final String key;
    private final String body;
    private volatile @Nullable Answer answer;
    private volatile String refusal = "";

    Wish(Kind kind, String method, String path, String key, String body) {
        this.kind = kind;
        this.method = method;
        this.path = path;
        this.key = key;
        this.body = body;
    }

    Kind kind() {
        return kind;
    }

    String method() {
        return method;
    }

    String path() {
        return path;
    }

    String key() {
        return key;
    }

    String body() {
        return body;
    }

    /** What was acknowledged, or null. */
    @Nullable
    Answer answer() {
        return answer;
    }

    void acknowledged(Answer first) {
        answer = first;
    }

    /** The code it was refused with for good, or nothing. */
    String refusal() {
        return refusal;
    }

    void refused(String code) {
        refusal = code;
    }

    boolean open() {
        return answer == null && refusal.isEmpty();
    }

    @Override
    public String toString() {
        return kind + " " + key;
    }
}
