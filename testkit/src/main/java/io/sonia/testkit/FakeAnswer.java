package io.sonia.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * What a fake model server does with one request: the pieces of a streamed answer in order, with the faults between
 * them.
 *
 * @param status 200, or an error status whose body is {@code message} in the protocol's error form
 * @param finish why the model stops, in the words of the wire contract: stop, length or tool_calls
 * @param usage prompt and completion tokens it reports; null: it reports none
 */
public record FakeAnswer(
        int status,
        String message,
        List<Piece> pieces,
        String finish,
        @Nullable Tokens usage) {

    /** Counts a provider reports. */
    public record Tokens(int prompt, int completion) {}

    /** A piece of a streamed answer, or something that happens between two. */
    public sealed interface Piece {}

    /** A fragment of the answer's text. */
    public record Text(String text) implements Piece {}

    /** A tool call whose arguments come in fragments. */
    public record Tool(String id, String name, List<String> fragments) implements Piece {}

    /** A line of the stream as it is, such as a malformed chunk. */
    public record Line(String line) implements Piece {}

    /** Waits until the test opens the gate, or the client has gone. */
    public record Gate(CountDownLatch open) implements Piece {}

    /** Says nothing any more until the client has gone. */
    public record Stall() implements Piece {}

    /** As {@link Stall}, before even the response head; only as the first piece. */
    public record StallBeforeHead() implements Piece {}

    /** Closes the connection in the middle of the response. */
    public record Cut() implements Piece {}

    public FakeAnswer {
        pieces = List.copyOf(pieces);
    }

    /** An answer of text in these fragments, which reports its usage as 7 and 3 tokens. */
    public static FakeAnswer text(String... fragments) {
        FakeAnswer answer = new FakeAnswer(200, "", List.of(), "stop", new Tokens(7, 3));
        for (String fragment : fragments) {
            answer = answer.then(new Text(fragment));
        }
        return answer;
    }

    /** An answer that asks for one tool, its arguments in fragments. */
    public static FakeAnswer tool(String id, String name, String... fragments) {
        return text().then(new Tool(id, name, List.of(fragments))).finish("tool_calls");
    }

    /** A refusal before any stream begins. */
    public static FakeAnswer error(int status, String message) {
        return new FakeAnswer(status, message, List.of(), "stop", null);
    }

    /** The response head never comes. */
    public static FakeAnswer stalledHead() {
        return text().then(new StallBeforeHead());
    }

    public FakeAnswer then(Piece piece) {
        List<Piece> more = new ArrayList<>(pieces);
        more.add(piece);
        return new FakeAnswer(status, message, more, finish, usage);
    }

    public FakeAnswer stall() {
        return then(new Stall());
    }

    public FakeAnswer cut() {
        return then(new Cut());
    }

    /** A line of the stream as it is. */
    public FakeAnswer line(String line) {
        return then(new Line(line));
    }

    public FakeAnswer finish(String reason) {
        return new FakeAnswer(status, message, pieces, reason, usage);
    }

    public FakeAnswer withoutUsage() {
        return new FakeAnswer(status, message, pieces, finish, null);
    }

    /** All text in one. */
    String wholeText() {
        StringBuilder whole = new StringBuilder();
        for (Piece piece : pieces) {
            if (piece instanceof Text text) {
                whole.append(text.text());
            }
        }
        return whole.toString();
    }

    List<Tool> tools() {
        return pieces.stream()
                .filter(Tool.class::isInstance)
                .map(Tool.class::cast)
                .toList();
    }
}
