package io.sonia.gateway;

import io.sonia.contracts.gateway.Action;
import io.sonia.contracts.gateway.ActionState;
import io.sonia.contracts.gateway.DeadLetter;
import io.sonia.contracts.gateway.DeadLetterReplay;
import io.sonia.contracts.gateway.DeadLetterReplayed;
import io.sonia.journal.Journal;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.json.CanonicalJson;
import io.sonia.kernel.json.Json;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Replays of failed actions. A replay is claimed, put on record and judged like any call, by the policy of now and with
 * an approval of its own; at most one is on its way for each letter.
 */
final class DeadLetters {

    private static final int MAX_SUMMARY = 480;
    private static final Duration OWN_TIME = Duration.ofSeconds(10);

    private final Journal journal;
    private final LetterStore store;
    private final Actions actions;
    private final Clock clock;
    private final Ids ids;

    /** Replays that this process has claimed letters for and is about to put on record. */
    private final Set<String> starting = ConcurrentHashMap.newKeySet();

    DeadLetters(Journal journal, LetterStore store, Actions actions, Clock clock, Ids ids) {
        this.journal = journal;
        this.store = store;
        this.actions = actions;
        this.clock = clock;
        this.ids = ids;
    }

    LetterStore store() {
        return store;
    }

    /** A letter that is not discarded. */
    LetterStore.Letter require(String letterId) {
        return store.find(letterId).orElseThrow(() -> SoniaException.of(ErrorCode.NOT_FOUND));
    }

    /** Gives back letters whose replay broke off before it was on record. */
    void sweep() {
        for (String replayActionId : store.unrecordedReplays()) {
            if (!starting.contains(replayActionId)) {
                Context own = Context.own(ServiceName.API_GATEWAY, "timer", null, OWN_TIME, ids, clock);
                store.giveBack(own, replayActionId);
            }
        }
    }

    /** What would become of a replay now; asks the tool's check and the gate, and leaves nothing anywhere. */
    DeadLetterReplayed tried(Call<DeadLetterReplay> call, LetterStore.Letter letter) {
        DeadLetter told = letter.told();
        requireOpen(letter);
        int generation = told.replayGeneration() + 1;
        Actions.Plan plan = plan(call, letter, ids.next("act_"), generation, true);
        Action action = actions.tried(inRequestOf(call.context(), told), plan);
        return answer(letter, action, generation, true, action.state() != ActionState.DENIED);
    }

    /** Replays a letter, or goes on with the replay that an earlier request under the same key began. */
    DeadLetterReplayed replay(Call<DeadLetterReplay> call, LetterStore.Letter letter) {
        String begun = call.begun();
        if (begun != null && actions.known(begun)) {
            Action action = actions.resumed(call.context(), begun).action();
            return answer(letter, awaited(action, call.context().deadline()));
        }
        String actionId = begun == null ? ids.next("act_") : begun;
        starting.add(actionId);
        try {
            LetterStore.Letter claimed = claim(call, letter, actionId);
            Action action = started(call, claimed, actionId);
            return answer(claimed, awaited(action, call.context().deadline()));
        } finally {
            starting.remove(actionId);
        }
    }

    private LetterStore.Letter claim(Call<?> call, LetterStore.Letter letter, String actionId) {
        requireUnchanged(letter);
        return journal.commit(tx -> {
            LetterStore.Letter claimed = store.claim(tx, call.context(), letter, actionId);
            tx.begin(call.idempotencyKey(), actionId);
            return claimed;
        });
    }

    private Action started(Call<DeadLetterReplay> call, LetterStore.Letter letter, String actionId) {
        Context context = inRequestOf(call.context(), letter.told());
        int generation = letter.told().replayGeneration();
        try {
            return actions.start(context, plan(call, letter, actionId, generation, false))
                    .action();
        } catch (SoniaException refused) {
            giveBack(call, actionId, refused);
            throw refused;
        }
    }

    /** What cannot be written now is left to the sweep. */
    private void giveBack(Call<?> call, String actionId, SoniaException refused) {
        try {
            store.giveBack(call.context(), actionId);
            if (refused.code().withoutEffect()) {
                journal.commit(tx -> {
                    tx.withdraw(call.idempotencyKey());
                    return actionId;
                });
            }
        } catch (SoniaException e) {
            refused.addSuppressed(e);
        }
    }

    private Action awaited(Action action, Deadline deadline) {
        if (action.state().settled() || action.state() == ActionState.PENDING_APPROVAL) {
            return action;
        }
        try {
            return actions.await(
                    action.actionId(),
                    each -> each.state().settled() || each.state() == ActionState.PENDING_APPROVAL,
                    deadline);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SoniaException.of(ErrorCode.UNAVAILABLE, "The gateway is stopping");
        }
    }

    private static Actions.Plan plan(
            Call<?> call, LetterStore.Letter letter, String actionId, int generation, boolean dryRun) {
        Action failed = letter.action();
        String summary = Excerpt.dotted(failed.intent() + " " + Json.text(failed.params()), MAX_SUMMARY);
        return new Actions.Plan(
                actionId,
                failed.intent(),
                failed.params(),
                failed.timeoutMs(),
                failed.maxRetries(),
                failed.sessionId(),
                null,
                null,
                dryRun,
                summary,
                dryRun ? null : call.idempotencyKey(),
                failed.tainted(),
                new Actions.Replay(failed.actionId(), generation));
    }

    /** The replay is found with the request that the call was first asked for in. */
    private static Context inRequestOf(Context context, DeadLetter letter) {
        return new Context(
                letter.correlationId(),
                context.trace(),
                context.deadline(),
                context.caller(),
                context.bearer(),
                context.idempotencyDigest());
    }

    private static void requireOpen(LetterStore.Letter letter) {
        if (LetterLife.TABLE.next(letter.told().state(), LetterLife.Event.CLAIM).isEmpty()) {
            throw LetterStore.taken(letter.told());
        }
        requireUnchanged(letter);
    }

    /** Words that were taken out of the record are not there to be run with. */
    private static void requireUnchanged(LetterStore.Letter letter) {
        if (!CanonicalJson.sha256(letter.action().params()).equals(letter.paramsSha256())) {
            throw SoniaException.of(ErrorCode.CONFLICT, "The call was redacted since it failed");
        }
    }

    private static DeadLetterReplayed answer(LetterStore.Letter letter, Action action) {
        Boolean succeeded = action.state().terminal() ? action.state() == ActionState.SUCCEEDED : null;
        return answer(letter, action, action.replayGeneration(), false, succeeded);
    }

    private static DeadLetterReplayed answer(
            LetterStore.Letter letter, Action action, int generation, boolean dryRun, @Nullable Boolean wouldSucceed) {
        DeadLetter told = letter.told();
        return new DeadLetterReplayed(
                action,
                new DeadLetterReplayed.ReplayDiff(
                        told.letterId(),
                        told.errorCode(),
                        told.failureClass(),
                        told.correlationId(),
                        generation,
                        dryRun,
                        action.state(),
                        wouldSucceed));
    }
}
