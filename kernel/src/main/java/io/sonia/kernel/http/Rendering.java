package io.sonia.kernel.http;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import io.sonia.kernel.json.Json;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Puts what came of a request on the wire, in the form of its operation, and on record in the log. */
final class Rendering {

    private static final Duration TELLING = Duration.ofMillis(300);
    private static final int FILE_BUFFER = 64 * 1024;

    private final Pipeline.Parts parts;
    private final Door door;
    private final Envelope envelope;
    private final OpenAiForm openAi = new OpenAiForm();

    Rendering(Pipeline.Parts parts, Door door) {
        this.parts = parts;
        this.door = door;
        this.envelope = new Envelope(parts.service());
    }

    private AnswerForm form(Passage passage) {
        Operation operation = passage.known;
        return operation != null && operation.openAi() ? openAi : envelope;
    }

    void render(Passage passage, Reply reply) {
        switch (reply) {
            case Reply.Enveloped data -> {
                byte[] json = Json.bytes(data.data());
                if (data.cookie() != null) {
                    passage.exchange.announce("Set-Cookie", data.cookie());
                }
                respond(passage, new StoredReply(data.status(), json, data.location()), data.etag(), false);
            }
            case Reply.Raw raw -> {
                Map<String, String> headers = Headers.of(passage.correlationId, raw.contentType());
                headers.putAll(raw.headers());
                passage.exchange.respond(raw.status(), headers, raw.body());
                finished(passage, raw.status(), ErrorCode.OK, null);
            }
            case Reply.Replayed again -> {
                if (passage.keyed != RequestLog.Keyed.TAKEOVER) {
                    passage.keyed = RequestLog.Keyed.REPLAYED;
                }
                replay(passage, again.reply());
            }
            case Reply.Events events -> stream(passage, events);
            case Reply.File file -> send(passage, file);
            case Reply.Awaited awaited -> render(passage, awaited(passage, awaited));
        }
    }

    /** The answer to a request whose caller may hang up meanwhile. */
    Reply awaited(Passage passage, Reply reply) {
        if (!(reply instanceof Reply.Awaited awaited)) {
            return reply;
        }
        try (Exchange.Watch _ = passage.exchange.watch(awaited.whenGone())) {
            return awaited.answer().get();
        }
    }

    /** Gives the stored answer to a request that was made before. */
    void replay(Passage passage, StoredReply stored) {
        respond(passage, stored, null, true);
    }

    /** Once a file flows the status is final: a failure cuts it off, and so does the end of the keys it was asked with. */
    private void send(Passage passage, Reply.File file) {
        OutputStream out = passage.exchange.stream(Headers.of(passage.correlationId, file.contentType()));
        BufferedOutputStream buffered = new BufferedOutputStream(out, FILE_BUFFER);
        try (KeyWatch _ = watch(passage, code -> passage.exchange.disconnect())) {
            file.body().write(buffered);
            buffered.flush();
            out.close();
            finished(passage, 200, ErrorCode.OK, null);
        } catch (SoniaException e) {
            passage.exchange.cut();
            finished(passage, 200, e.code(), e);
        } catch (IllegalStateException | IllegalArgumentException | NullPointerException e) {
            passage.exchange.cut();
            finished(passage, 200, ErrorCode.INTERNAL_ERROR, e);
        } catch (IOException readerGone) {
            passage.exchange.cut();
            finished(passage, 200, ErrorCode.OK, null);
        }
    }

    /** Once events flow the status is final: a failure becomes the last event, a reader who left ends the work. */
    private void stream(Passage passage, Reply.Events events) {
        AnswerForm form = form(passage);
        try (SseWriter writer = SseWriter.open(passage.exchange, passage.correlationId, form);
                KeyWatch _ = watch(passage, writer);
                Exchange.Watch _ = passage.exchange.watch(events.whenGone())) {
            try {
                events.body().write(writer);
                finished(passage, 200, ErrorCode.OK, null);
            } catch (SoniaException e) {
                finished(passage, 200, e.code(), e);
                writer.send("error", form.lastEvent(e));
            } catch (IllegalStateException | IllegalArgumentException | NullPointerException e) {
                finished(passage, 200, ErrorCode.INTERNAL_ERROR, e);
                writer.send("error", form.lastEvent(SoniaException.of(ErrorCode.INTERNAL_ERROR)));
            }
        } catch (UncheckedIOException readerGone) {
            finished(passage, 200, ErrorCode.OK, null);
        }
    }

    /** Ends the stream when the keys it was asked for with have ended; a reader who is too slow to be told is cut off. */
    private KeyWatch watch(Passage passage, SseWriter writer) {
        AnswerForm form = form(passage);
        return watch(passage, code -> {
            Thread telling =
                    Threads.virtual("last event", () -> writer.end("error", form.lastEvent(SoniaException.of(code))));
            try {
                telling.join(TELLING);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            passage.exchange.disconnect();
        });
    }

    private KeyWatch watch(Passage passage, Consumer<ErrorCode> end) {
        Operation operation = passage.known;
        if (operation == null) {
            throw new IllegalStateException("a stream or file answers a known operation");
        }
        return new KeyWatch(parts.clock(), () -> door.refusal(operation, passage.shown), end);
    }

    private void respond(Passage passage, StoredReply reply, @Nullable String etag, boolean replayed) {
        Map<String, String> headers = Headers.of(passage.correlationId, Headers.JSON);
        if (reply.location() != null) {
            headers.put("Location", reply.location());
        }
        if (etag != null) {
            headers.put("ETag", etag);
        }
        if (replayed) {
            headers.put("Idempotency-Replayed", "true");
        }
        AnswerForm form = form(passage);
        ErrorCode code = reply.failure() ? Envelope.code(reply.data()) : ErrorCode.OK;
        int status = reply.failure() ? form.status(code) : reply.status();
        byte[] body = reply.failure()
                ? form.failure(passage.operation, passage.correlationId, millis(passage), reply.data())
                : form.success(passage.operation, passage.correlationId, millis(passage), reply.data());
        passage.exchange.respond(status, headers, body);
        finished(passage, status, code, null);
    }

    void refuse(Passage passage, SoniaException refusal) {
        ErrorCode code = refusal.code();
        AnswerForm form = form(passage);
        Map<String, String> headers = Headers.of(passage.correlationId, Headers.JSON);
        headers.putAll(form.headers(code));
        Duration wait = refusal.retryAfter();
        if (wait != null) {
            // Up to 20 % later, so that refused callers do not come back at once.
            long seconds = Math.max(1, (wait.toMillis() * (100 + parts.ids().below(21)) + 99_999) / 100_000);
            headers.put("Retry-After", Long.toString(seconds));
        }
        if (code == ErrorCode.METHOD_NOT_ALLOWED && refusal.details().get("allowed") instanceof List<?> allowed) {
            headers.put(
                    "Allow",
                    String.join(", ", allowed.stream().map(String::valueOf).toList()));
        }
        byte[] error = Json.bytes(Envelope.error(refusal));
        byte[] body = form.failure(passage.operation, passage.correlationId, millis(passage), error);
        passage.exchange.respond(form.status(code), headers, body);
        finished(passage, form.status(code), code, refusal);
    }

    void finished(Passage passage, int status, ErrorCode code, @Nullable Throwable failure) {
        parts.log()
                .finished(new RequestLog.Finished(
                        passage.operation,
                        status,
                        code,
                        millis(passage),
                        passage.correlationId,
                        passage.caller,
                        passage.trace,
                        passage.keyed,
                        passage.queuedNanos / 1e6,
                        passage.shed,
                        failure));
    }

    double millis(Passage passage) {
        return (parts.clock().nanoTime() - passage.started) / 1e6;
    }
}
