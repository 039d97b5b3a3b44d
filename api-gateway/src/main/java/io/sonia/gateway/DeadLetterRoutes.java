package io.sonia.gateway;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.Listing;
import io.sonia.contracts.gateway.ActionState;
import io.sonia.contracts.gateway.DeadLetter;
import io.sonia.contracts.gateway.DeadLetterAnswer;
import io.sonia.contracts.gateway.DeadLetterDiscard;
import io.sonia.contracts.gateway.DeadLetterDiscarded;
import io.sonia.contracts.gateway.DeadLetterFilter;
import io.sonia.contracts.gateway.DeadLetterList;
import io.sonia.contracts.gateway.DeadLetterReplay;
import io.sonia.contracts.gateway.DeadLetterReplayed;
import io.sonia.journal.Answers;
import io.sonia.journal.Journal;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Ids;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import java.util.List;

/** Dead letters over HTTP. */
final class DeadLetterRoutes {

    private final DeadLetters letters;
    private final Journal journal;
    private final Cursors cursors;
    private final Clock clock;

    DeadLetterRoutes(DeadLetters letters, Journal journal, Cursors cursors, Clock clock) {
        this.letters = letters;
        this.journal = journal;
        this.cursors = cursors;
        this.clock = clock;
    }

    List<Route<?>> list() {
        return List.of(
                Route.of(Operation.DEAD_LETTER_LIST, DeadLetterFilter.class, DeadLetterList.class, this::page),
                Route.of(Operation.DEAD_LETTER_GET, DeadLetterAnswer.class, this::get),
                Route.of(Operation.DEAD_LETTER_REPLAY, DeadLetterReplay.class, DeadLetterReplayed.class, this::replay),
                Route.of(
                        Operation.DEAD_LETTER_DISCARD,
                        DeadLetterDiscard.class,
                        DeadLetterDiscarded.class,
                        this::discard));
    }

    private Reply page(Call<DeadLetterFilter> call) {
        DeadLetterFilter filter = call.input();
        String rows = filter.includeReplayed() ? LetterStore.WITH_REPLAYED : LetterStore.UNRESOLVED;
        Listing.Page<DeadLetter> page = new Listing(rows, "letter_id")
                .where("intent", filter.intent())
                .where("failure_class", filter.failureClass())
                .page(journal, cursors, filter.cursor(), filter.limit(), row -> shown(call, LetterStore.letter(row)));
        return Reply.ok(new DeadLetterList(page.rows(), page.rows().size(), page.total(), page.nextCursor()));
    }

    private Reply get(Call<Empty> call) {
        return Reply.ok(new DeadLetterAnswer(shown(call, letters.require(id(call)))));
    }

    private static DeadLetter shown(Call<?> call, LetterStore.Letter letter) {
        DeadLetter told = letter.told();
        return call.caller().onlyLooks() ? told.withParams(ActionRoutes.masked(told.params())) : told;
    }

    private Reply replay(Call<DeadLetterReplay> call) {
        LetterStore.Letter letter = letters.require(id(call));
        if (call.input().dryRun()) {
            return Reply.ok(letters.tried(call, letter));
        }
        DeadLetterReplayed answer = letters.replay(call, letter);
        boolean waits = answer.action().state() == ActionState.PENDING_APPROVAL;
        Reply.Enveloped reply = (waits ? Reply.accepted(answer) : Reply.ok(answer))
                .location("/v1/actions/" + answer.action().actionId());
        if (call.idempotencyKey() != null && answer.action().state() != ActionState.OUTCOME_UNKNOWN) {
            journal.commit(tx -> Answers.keep(tx, call, reply, answer.action().actionId()));
        }
        return reply;
    }

    private Reply discard(Call<DeadLetterDiscard> call) {
        LetterStore.Letter letter = letters.require(id(call));
        return journal.commit(tx -> {
            letters.store().discard(tx, call.context(), letter, call.input().reason());
            return Answers.keep(
                    tx, call, Reply.ok(new DeadLetterDiscarded(letter.told().letterId(), clock.now())));
        });
    }

    private static String id(Call<?> call) {
        return Ids.checked(call.path("letter_id"));
    }
}
