package io.sonia.console;

import io.sonia.console.MessageLife.Edge;
import io.sonia.contracts.console.MessageState;
import io.sonia.journal.Journal;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Context;
import java.time.Duration;
import java.util.Optional;

/** Looks up what became of messages that no request follows: after a decision, a lost connection, or a restart. */
final class LostTurns {

    static final Duration EVERY = Duration.ofSeconds(2);

    private static final Duration TIME = Duration.ofSeconds(5);
    private static final int AT_ONCE = 50;

    /** A request that the gateway has not begun a turn for after this long will not begin one any more. */
    private static final Duration NEVER_BEGUN = Duration.ofSeconds(130);

    private final Journal journal;
    private final GatewayTurns gateway;
    private final Sends sends;
    private final Clock clock;
    private final Ids ids;

    LostTurns(Journal journal, GatewayTurns gateway, Sends sends, Clock clock, Ids ids) {
        this.journal = journal;
        this.gateway = gateway;
        this.sends = sends;
        this.clock = clock;
        this.ids = ids;
    }

    /** Looks once; a gateway that is away is asked again the next time. */
    void look() {
        for (ChatStore.Sent sent : journal.read(sql -> ChatStore.open(sql, AT_ONCE))) {
            if (!sends.followed(sent.message().messageId())) {
                try {
                    look(sent);
                } catch (SoniaException away) {
                    return;
                }
            }
        }
    }

    private void look(ChatStore.Sent sent) {
        Context context = Context.own(
                ServiceName.SOFIIA_CONSOLE, sent.correlationId(), sent.message().actorId(), TIME, ids, clock);
        String known = sent.message().turnId();
        Optional<String> turnId = known == null ? gateway.begunBy(context, sent.correlationId()) : Optional.of(known);
        if (turnId.isPresent()) {
            Turning turning = Turning.of(gateway.get(context, turnId.get()));
            if (turning.edge() != edge(sent.message().state())) {
                sends.note(sent.message().messageId(), turning);
            }
        } else if (sent.message().ts().plus(NEVER_BEGUN).isBefore(clock.now())) {
            sends.note(sent.message().messageId(), Turning.failed(null, "UNAVAILABLE"));
        }
    }

    private static Edge edge(MessageState state) {
        return switch (state) {
            case SENT -> Edge.AT_WORK;
            case AWAITING_APPROVAL -> Edge.PARKED;
            case DONE -> Edge.ANSWERED;
            case FAILED -> Edge.FAILED;
            case UNKNOWN -> Edge.LOST;
        };
    }
}
