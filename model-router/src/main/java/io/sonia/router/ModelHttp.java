package io.sonia.router;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Sends requests to model servers: HTTP/1.1, no redirects. The client is made for the first one, so that starting is cheap. */
final class ModelHttp implements AutoCloseable {

    private @Nullable HttpClient made;

    private synchronized HttpClient client() {
        HttpClient client = made;
        if (client == null) {
            client = newClient();
            made = client;
        }
        return client;
    }

    private static HttpClient newClient() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(Duration.ofSeconds(2))
                .executor(ModelHttp::execute)
                .build();
    }

    /**
     * What a caller begins runs on a thread of its own, because it may look up a name for long. What the client's own
     * thread brings is only put into a queue, which takes less time than a change of threads.
     */
    private static void execute(Runnable task) {
        if (Thread.currentThread().isVirtual()) {
            Thread.startVirtualThread(task);
        } else {
            task.run();
        }
    }

    ModelResponse get(URI uri, Map<String, String> headers, Patience patience) {
        return send(HttpRequest.newBuilder(uri).GET(), headers, patience);
    }

    ModelResponse post(URI uri, Map<String, String> headers, byte[] json, Patience patience) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .POST(HttpRequest.BodyPublishers.ofByteArray(json))
                .header("Content-Type", "application/json");
        return send(request, headers, patience);
    }

    /** Returns when the response head is there. */
    private ModelResponse send(HttpRequest.Builder request, Map<String, String> headers, Patience patience) {
        headers.forEach(request::header);
        CompletableFuture<HttpResponse<ResponseBytes>> response =
                client().sendAsync(request.build(), head -> new ResponseBytes());
        try {
            HttpResponse<ResponseBytes> head = patience.await(response);
            String type = head.headers().firstValue("Content-Type").orElse("");
            return new ModelResponse(head.statusCode(), type, head.body(), patience);
        } catch (ExecutionException e) {
            throw SoniaException.of(ErrorCode.UNAVAILABLE, reason(e.getCause()));
        } finally {
            // Nothing to cancel after a success; after a failure this ends the exchange and its connection.
            response.cancel(true);
        }
    }

    /** Ends what is under way. */
    @Override
    public synchronized void close() {
        if (made != null) {
            made.shutdownNow();
        }
    }

    private static String reason(@Nullable Throwable cause) {
        return switch (cause) {
            case HttpConnectTimeoutException e -> "it cannot be reached";
            case ConnectException e -> "the connection was refused";
            case null, default -> "the connection was lost";
        };
    }
}
