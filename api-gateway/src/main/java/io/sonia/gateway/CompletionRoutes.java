package io.sonia.gateway;

import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnRequest;
import io.sonia.contracts.openai.ChatCompletion;
import io.sonia.contracts.openai.ChatCompletionRequest;
import io.sonia.contracts.openai.ModelObjects;
import io.sonia.contracts.router.ToolChoice;
import io.sonia.journal.Journal;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.http.StoredReply;
import io.sonia.kernel.json.Json;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Chat completions of the OpenAI API: each is a governed turn in a session of its own. Its client holds the conversation
 * and may hold the tools; a client that hangs up stops its turn, unless it can ask for it again by a key.
 */
final class CompletionRoutes {

    /** As long as an approval lives, and a tool runs. */
    private static final Duration APPROVAL_WAIT = Duration.ofSeconds(150);

    private static final int MAX_TOKENS = 8192;
    private static final int MAX_INPUT = 16_000;
    private static final int TOOL_ROUNDS = 4;
    private static final String NOTHING_SAID = "(no text)";

    private final Turns turns;
    private final ModelNames models;
    private final Journal journal;
    private final Clock clock;

    CompletionRoutes(Turns turns, ModelNames models, Journal journal, Clock clock) {
        this.turns = turns;
        this.models = models;
        this.journal = journal;
        this.clock = clock;
    }

    List<Route<?>> list() {
        return List.of(
                Route.of(Operation.OPENAI_CHAT, ChatCompletionRequest.class, ChatCompletion.class, this::complete)
                        .repeatingEvents(),
                Route.of(Operation.OPENAI_MODELS, ModelObjects.class, this::models));
    }

    private Reply models(Call<Empty> call) {
        return Reply.ok(models.list(call.context()));
    }

    private Reply complete(Call<ChatCompletionRequest> call) {
        ChatCompletionRequest asked = call.input();
        String begun = call.begun();
        TurnFeed.Listener[] listener = new TurnFeed.Listener[1];
        TurnRun run = begun == null
                ? begin(call, feed -> listener[0] = feed.listen())
                : turns.running(begun).orElse(null);
        if (run == null) {
            return elsewhere(call, String.valueOf(begun));
        }
        Runnable hungUp = () -> stop(call, run);
        if (!asked.stream()) {
            return new Reply.Awaited(() -> Reply.ok(awaited(call, run).whole()), hungUp);
        }
        TurnFeed.Listener heard = listener[0];
        return new Reply.Events(
                stream -> {
                    CompletionStream out = new CompletionStream(asked, run.latest(), clock, stream);
                    if (heard == null) {
                        stream.keepAlive(); // so that the reader hears at once that there is a stream
                        out.repeat(awaited(call, run));
                    } else {
                        out.relay(run, heard, APPROVAL_WAIT, done -> keep(call, done));
                    }
                },
                hungUp);
    }

    private Completion awaited(Call<ChatCompletionRequest> call, TurnRun run) {
        Turn turn = turns.completion(run, APPROVAL_WAIT, call.context().deadline());
        Completion completion = new Completion(call.input(), turn, run.lastAnswer());
        keep(call, completion);
        return completion;
    }

    /** A turn that was begun under the request's key and that this gateway does not run. */
    private Reply elsewhere(Call<ChatCompletionRequest> call, String turnId) {
        Turn turn = turns.answered(turnId, call.context().deadline());
        Completion known =
                new Completion(call.input(), turn, turns.lastAnswer(turnId).orElse(null));
        keep(call, known);
        if (!call.input().stream()) {
            return Reply.ok(known.whole());
        }
        return new Reply.Events(stream -> new CompletionStream(call.input(), turn, clock, stream).repeat(known));
    }

    private TurnRun begin(Call<ChatCompletionRequest> call, java.util.function.Consumer<TurnFeed> listener) {
        ChatCompletionRequest asked = call.input();
        Dialogue dialogue = DialogueReader.read(asked);
        boolean profile = models.profile(call.context(), asked.model());
        boolean mayUseTools = dialogue.toolChoice() != ToolChoice.NONE;
        TurnRequest request = new TurnRequest(
                input(dialogue),
                asked.user(),
                "default",
                null,
                profile ? asked.model() : null,
                Map.of(),
                null,
                mayUseTools ? TOOL_ROUNDS : 0,
                0);
        ModelWish wish = new ModelWish(profile ? null : asked.model(), asked.temperature(), maxTokens(asked));
        Context context = call.context().within(TurnScope.TURN_TIME);
        return turns.begin(
                context,
                new TurnTask(request, wish, dialogue),
                call.idempotencyKey(),
                asked.stream() ? listener : null);
    }

    private static String input(Dialogue dialogue) {
        String said = Excerpt.of(dialogue.lastSaid(), MAX_INPUT);
        return said.isBlank() ? NOTHING_SAID : said;
    }

    private static @Nullable Integer maxTokens(ChatCompletionRequest asked) {
        Integer most = asked.maxCompletionTokens() == null ? asked.maxTokens() : asked.maxCompletionTokens();
        return most == null ? null : Math.min(most, MAX_TOKENS);
    }

    private void stop(Call<?> call, TurnRun run) {
        try {
            if (call.idempotencyKey() == null && call.begun() == null) {
                turns.stop(call.context(), run.latest().turnId());
            }
        } catch (SoniaException e) {
            // Nobody is left to be told; the turn ends by itself.
        }
    }

    /** Stores the answer that a keyed request has come to, whoever answers for it. */
    private void keep(Call<ChatCompletionRequest> call, Completion completion) {
        IdempotencyKey key = call.idempotencyKey();
        if (key == null || !(Turns.answered(completion.turn()) || Turns.parked(completion.turn()))) {
            return;
        }
        StoredReply stored = stored(completion);
        try {
            journal.commit(tx -> {
                tx.remember(key, stored);
                return stored;
            });
        } catch (SoniaException e) {
            if (e.code() != ErrorCode.IDEMPOTENCY_IN_PROGRESS) {
                throw e;
            }
        }
    }

    private static StoredReply stored(Completion completion) {
        try {
            return new StoredReply(200, Json.bytes(completion.whole()), null);
        } catch (SoniaException failure) {
            return StoredReply.of(failure);
        }
    }
}
