package io.sonia.pipecat;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.Cursors.Position;
import io.sonia.contracts.Listing;
import io.sonia.contracts.pipecat.VoicePage;
import io.sonia.contracts.pipecat.VoiceSessionFilter;
import io.sonia.contracts.pipecat.VoiceSessionList;
import io.sonia.contracts.pipecat.VoiceSessionStart;
import io.sonia.contracts.pipecat.VoiceSessionStarted;
import io.sonia.contracts.pipecat.VoiceSessionStop;
import io.sonia.contracts.pipecat.VoiceSessionStopped;
import io.sonia.contracts.pipecat.VoiceSessionView;
import io.sonia.contracts.pipecat.VoiceTurnState;
import io.sonia.journal.Journal;
import io.sonia.kernel.Ids;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Voice sessions over HTTP. */
final class PipecatRoutes {

    private final VoiceSessions sessions;
    private final VoiceStore store;
    private final Journal journal;
    private final Cursors cursors;

    PipecatRoutes(VoiceSessions sessions, VoiceStore store, Journal journal, Cursors cursors) {
        this.sessions = sessions;
        this.store = store;
        this.journal = journal;
        this.cursors = cursors;
    }

    List<Route<?>> list() {
        return List.of(
                Route.of(
                        Operation.VOICE_SESSION_START, VoiceSessionStart.class, VoiceSessionStarted.class, this::start),
                Route.of(Operation.VOICE_SESSION_GET, VoicePage.class, VoiceSessionView.class, this::get),
                Route.of(Operation.VOICE_SESSION_LIST, VoiceSessionFilter.class, VoiceSessionList.class, this::page),
                Route.of(Operation.VOICE_SESSION_STOP, VoiceSessionStop.class, VoiceSessionStopped.class, this::stop));
    }

    private Reply start(Call<VoiceSessionStart> call) {
        VoiceSessionStarted started = sessions.start(call);
        return Reply.ok(started).location(VoiceSessions.location(started.sessionId()));
    }

    private Reply stop(Call<VoiceSessionStop> call) {
        VoiceSessionStop wish = call.input();
        return Reply.ok(
                sessions.stop(Ids.checked(wish.sessionId()), wish.reason(), call.audit(), call.idempotencyKey()));
    }

    private Reply get(Call<VoicePage> call) {
        String sessionId = Ids.checked(call.path("session_id"));
        VoiceRow row = sessions.stored(sessionId);
        String listing = "voice_messages " + sessionId;
        Position after = cursors.read(call.input().cursor(), listing);
        long before = after == null ? Long.MAX_VALUE : Long.parseLong(after.id());
        int limit = call.input().limit();
        List<VoiceStore.Said> found = journal.read(sql -> store.messages(sql, sessionId, before, limit + 1));
        List<VoiceStore.Said> shown = found.subList(0, Math.min(limit, found.size()));
        return Reply.ok(new VoiceSessionView(
                sessionId,
                sessionId,
                row.state(),
                row.times().createdAt(),
                row.times().updatedAt(),
                row.metadata(),
                row.messageCount(),
                shown.stream().map(VoiceStore.Said::message).toList(),
                turn(row.turn()),
                shown.size(),
                found.size() > limit ? cursors.after(place(shown.getLast()), listing) : null,
                row.messageCount()));
    }

    private static Position place(VoiceStore.Said said) {
        return new Position(said.message().timestamp(), Long.toString(said.ordinal()));
    }

    private static VoiceSessionView.@Nullable VoiceTurn turn(VoiceRow.Turn turn) {
        VoiceTurnState state = turn.state();
        return state == null ? null : new VoiceSessionView.VoiceTurn(turn.turnId(), state, turn.generation());
    }

    private Reply page(Call<VoiceSessionFilter> call) {
        VoiceSessionFilter filter = call.input();
        Listing.Page<VoiceSessionList.Entry> page = VoiceStore.listing(filter.state())
                .page(journal, cursors, filter.cursor(), filter.limit(), row -> entry(VoiceStore.session(row)));
        return Reply.ok(new VoiceSessionList(page.rows(), page.rows().size(), page.total(), page.nextCursor()));
    }

    private static VoiceSessionList.Entry entry(VoiceRow row) {
        return new VoiceSessionList.Entry(
                row.sessionId(),
                row.state(),
                row.times().createdAt(),
                row.times().updatedAt(),
                row.messageCount());
    }
}
