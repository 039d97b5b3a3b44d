package io.sonia.router;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A response body that is pulled with a time limit on each read, which an {@code InputStream} cannot do. Holds one
 * delivery of the HTTP client at most; closing it before the end closes the connection.
 */
final class ResponseBytes implements HttpResponse.BodySubscriber<ResponseBytes>, AutoCloseable {

    private static final Duration BRIEFLY = Duration.ofMillis(20);

    private sealed interface Delivery {}

    private record Bytes(List<ByteBuffer> buffers) implements Delivery {}

    /** The end of the body; {@code failure} is why it came too early. */
    private record End(@Nullable Throwable failure) implements Delivery {}

    private final BlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();
    private final Queue<ByteBuffer> ready = new ArrayDeque<>();
    private Flow.@Nullable Subscription subscription;
    private boolean ended;

    @Override
    public CompletionStage<ResponseBytes> getBody() {
        return CompletableFuture.completedFuture(this);
    }

    @Override
    public synchronized void onSubscribe(Flow.Subscription given) {
        subscription = given;
        given.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        deliveries.add(new Bytes(buffers));
    }

    @Override
    public void onError(Throwable failure) {
        deliveries.add(new End(failure));
    }

    @Override
    public void onComplete() {
        deliveries.add(new End(null));
    }

    /**
     * The next bytes, or null at the end.
     *
     * @throws SoniaException TIMEOUT if none came in time, UNAVAILABLE if the connection was lost
     */
    @Nullable
    ByteBuffer next(Patience patience) {
        while (ready.isEmpty()) {
            if (ended) {
                return null;
            }
            switch (patience.await(deliveries)) {
                case Bytes bytes -> {
                    ready.addAll(bytes.buffers());
                    subscription().request(1);
                }
                case End end -> {
                    ended = true;
                    if (end.failure() != null) {
                        throw SoniaException.of(ErrorCode.UNAVAILABLE, "the connection was lost");
                    }
                }
            }
        }
        return ready.remove();
    }

    /** Takes what is left if it comes at once, so that the connection can serve another call; else closes it. */
    void drain() {
        try {
            while (!ended) {
                Delivery delivery = deliveries.poll(BRIEFLY.toNanos(), TimeUnit.NANOSECONDS);
                if (delivery == null) {
                    break;
                }
                ended = delivery instanceof End;
                subscription().request(1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        close();
    }

    private synchronized Flow.Subscription subscription() {
        Flow.Subscription current = subscription;
        if (current == null) {
            throw new IllegalStateException("a body delivers after it was subscribed to");
        }
        return current;
    }

    @Override
    public void close() {
        if (!ended) {
            subscription().cancel();
        }
    }
}
