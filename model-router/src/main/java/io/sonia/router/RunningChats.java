package io.sonia.router;

import io.sonia.contracts.router.ChatCancel;
import io.sonia.journal.Answers;
import io.sonia.journal.Journal;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The model calls that somebody may end by their token; as many as there are calls. */
final class RunningChats {

    /** A call under its token. */
    interface Entry extends AutoCloseable {
        @Override
        void close();
    }

    private final Map<String, ChatStop> byToken = new ConcurrentHashMap<>();
    private final Journal journal;

    RunningChats(Journal journal) {
        this.journal = journal;
    }

    List<Route<?>> list() {
        return List.of(Route.of(Operation.MODEL_CANCEL, ChatCancel.class, ChatCancel.Cancelled.class, this::cancel));
    }

    /**
     * A call begins; without a token nobody can name it.
     *
     * @throws SoniaException CONFLICT if another call has the token
     */
    Entry enter(@Nullable String token, ChatStop stop) {
        if (token == null) {
            return () -> {};
        }
        if (byToken.putIfAbsent(token, stop) != null) {
            throw SoniaException.of(ErrorCode.CONFLICT, "Another model call has this cancel_token");
        }
        return () -> byToken.remove(token, stop);
    }

    private Reply cancel(Call<ChatCancel> call) {
        String token = call.input().cancelToken();
        ChatStop stop = byToken.get(token);
        if (stop == null) {
            throw SoniaException.of(ErrorCode.NOT_FOUND, "No model call runs under this cancel_token");
        }
        stop.request();
        Reply.Enveloped reply = Reply.ok(new ChatCancel.Cancelled("cancelled", token));
        return journal.commit(tx -> {
            tx.audit(call.audit());
            return Answers.keep(tx, call, reply);
        });
    }
}
