package io.sonia.kernel.http;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import java.util.Optional;
import java.util.function.Supplier;

/** A WebSocket that is closed when its keys end; what it sends after that is not heard. */
final class WatchedSocket implements SocketSession {

    private static final int CREDENTIAL_ENDED = 4001;
    private static final int FORBIDDEN = 4003;

    private final SocketSession session;
    private final SocketPeer peer;
    private final KeyWatch watch;
    private volatile boolean ended;

    WatchedSocket(SocketSession session, SocketPeer peer, Clock clock, Supplier<Optional<ErrorCode>> refusal) {
        this.session = session;
        this.peer = peer;
        this.watch = new KeyWatch(clock, refusal, this::end);
    }

    private void end(ErrorCode code) {
        ended = true;
        if (code == ErrorCode.FORBIDDEN) {
            peer.close(FORBIDDEN, "the role does not allow this any more");
        } else {
            peer.close(CREDENTIAL_ENDED, "the credential has ended");
        }
    }

    @Override
    public void onText(String text) {
        if (!ended) {
            session.onText(text);
        }
    }

    @Override
    public void onClose(int code, String reason) {
        watch.close();
        session.onClose(code, reason);
    }
}
