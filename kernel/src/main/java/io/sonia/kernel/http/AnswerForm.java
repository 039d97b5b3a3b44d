package io.sonia.kernel.http;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The form in which answers leave: SONIA's envelope, or that of another API where a route speaks one. */
sealed interface AnswerForm permits Envelope, OpenAiForm {

    byte[] success(String operation, String correlationId, double millis, byte[] data);

    /** A failure whose {@code error} object, as the envelope has it, is at hand in bytes. */
    byte[] failure(String operation, String correlationId, double millis, byte[] error);

    /** The HTTP status of a failure. */
    int status(ErrorCode code);

    /** Headers of a failure beyond those that every answer has. */
    Map<String, String> headers(ErrorCode code);

    /** One server-sent event as it goes over the wire. */
    String event(long id, String event, Object data);

    /** What the last event of a stream that failed holds. */
    Map<String, @Nullable Object> lastEvent(SoniaException failure);
}
