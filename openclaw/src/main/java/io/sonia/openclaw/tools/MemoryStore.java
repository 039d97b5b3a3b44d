package io.sonia.openclaw.tools;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.memory.Item;
import io.sonia.contracts.memory.Source;
import io.sonia.contracts.memory.StoreAnswer;
import io.sonia.contracts.memory.StoreRequest;
import io.sonia.contracts.memory.StoreRequest.Priority;
import io.sonia.contracts.openclaw.CheckAnswer.Resolved;
import io.sonia.contracts.openclaw.SideEffect;
import io.sonia.contracts.openclaw.Verification;
import io.sonia.contracts.openclaw.Verification.Check;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Text;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Stores a memory for the actor the call is for. */
public final class MemoryStore extends Tool<MemoryStore.Args> {

    private static final ToolFacts FACTS = new ToolFacts(
            "memory.store",
            "Store a memory",
            "Remembers a text for the user; type is fact, preference, belief, project, observation or note",
            RiskTier.GUARDED_LOW,
            ToolFacts.Times.ofMillis(5000, 10_000),
            false,
            false,
            true,
            "the memory is recalled and has the same content, or is the one that said so already",
            List.of("memory"));

    private static final int TRIES = 3;

    private final Peer memory;

    public MemoryStore(Peer memory) {
        super(FACTS, Args.class, Result.class);
        this.memory = memory;
    }

    /** What to remember. */
    public record Args(
            @Text(min = 1, max = 64) String type,
            @Text(min = 1, max = 262_144) String content,
            @Default("{}") Map<String, @Nullable Object> metadata) {}

    /** The memory. */
    public record Result(String id, String type) {}

    @Override
    public PreparedCall prepare(Args args) {
        return new Call(args);
    }

    /** True if the request may have arrived though no answer came back. */
    private static boolean answerLost(SoniaException failure) {
        Throwable cause = failure.getCause();
        boolean unsent =
                failure.code() != ErrorCode.DEPENDENCY_FAILED && (cause == null || cause instanceof ConnectException);
        return ServiceName.MEMORY_ENGINE.wireName().equals(failure.details().get("dependency")) && !unsent;
    }

    private final class Call implements PreparedCall {

        private final Args args;
        private final String sha256;
        private String id = "";
        private boolean known;

        Call(Args args) {
            this.args = args;
            this.sha256 = Sha256.hex(args.content());
        }

        @Override
        public Resolved resolved() {
            return Resolved.NOTHING;
        }

        @Override
        public Ran run(ToolRun run) {
            StoreRequest request = new StoreRequest(
                    args.type(),
                    args.content(),
                    args.metadata(),
                    run.requester(),
                    run.sessionId(),
                    Priority.NORMAL,
                    new Source("tool", run.executionId()));
            StoreAnswer answer = stored(run, request);
            id = answer.id();
            known = answer.deduplicated();
            return Ran.of(new Result(id, answer.type()), new SideEffect("memory", id, null, sha256));
        }

        /**
         * Asks again, under the same key, when the answer got lost: the memory may be stored by then.
         *
         * @throws SoniaException OUTCOME_UNKNOWN if nobody could tell whether it was
         */
        private StoreAnswer stored(ToolRun run, StoreRequest request) {
            boolean mayBeStored = false;
            for (int attempt = 1; ; attempt++) {
                try {
                    Duration share = run.context().deadline().left().dividedBy(2);
                    return memory.on(run.context().within(share), Operation.MEMORY_STORE)
                            .body(request)
                            .idempotencyKey(run.executionId())
                            .send(StoreAnswer.class);
                } catch (SoniaException e) {
                    boolean lost = answerLost(e);
                    mayBeStored |= lost;
                    if (mayBeStored && attempt == TRIES) {
                        throw SoniaException.caused(ErrorCode.OUTCOME_UNKNOWN, e);
                    }
                    if (!mayBeStored) {
                        throw e;
                    }
                }
            }
        }

        @Override
        public Verification verify(ToolRun run) {
            Item item = memory.on(run.context(), Operation.MEMORY_RECALL)
                    .path("memory_id", id)
                    .send(Item.class);
            return Verification.of(
                    known
                            ? Check.same("known_as", id, item.redacted() ? "" : item.id())
                            : Check.same("sha256", sha256, Sha256.hex(item.content())));
        }
    }
}
