package io.sonia.kernel.http;

import io.sonia.kernel.Threads;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Finds the addresses of a host name. */
public interface Resolver {

    /** Name servers that do not answer would be waited for longer than a fetch may take. */
    Duration LONGEST = Duration.ofSeconds(5);

    /** All addresses, at least one. */
    List<InetAddress> resolve(String host) throws UnknownHostException;

    /** The machine's own way, given up after five seconds. */
    static Resolver system() {
        return within(LONGEST, host -> List.of(InetAddress.getAllByName(host)));
    }

    /** A name that is not resolved in time is unknown. */
    static Resolver within(Duration time, Resolver resolver) {
        return host -> {
            CompletableFuture<List<InetAddress>> answer = new CompletableFuture<>();
            Thread asking = Threads.platform("resolver", () -> {
                try {
                    answer.complete(resolver.resolve(host));
                } catch (UnknownHostException | RuntimeException e) {
                    answer.completeExceptionally(e);
                }
            });
            try {
                return answer.get(time.toMillis(), TimeUnit.MILLISECONDS);
            } catch (ExecutionException | TimeoutException e) {
                throw new UnknownHostException(host);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new UnknownHostException(host);
            } finally {
                asking.interrupt();
            }
        };
    }
}
