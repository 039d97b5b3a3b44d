package io.sonia.contracts.redaction;

import io.sonia.journal.Answers;
import io.sonia.journal.Journal;
import io.sonia.journal.Row;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.json.Json;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Destroys a text in what a service has on record: in its own records as far as nobody works with them any more, in kept
 * answers and in messages to other services. Each value that holds it is overwritten as a whole; then the store is
 * written anew, so that no page of it has it any more.
 */
public final class TextRedactions {

    private static final String REDACTED = "[REDACTED]";

    /** Rows that are looked at or overwritten in one commit. */
    private static final int BATCH = 200;

    /** What JSON and LIKE have as it is. */
    private static final Pattern PLAIN = Pattern.compile("[\\p{L}\\p{N} .,:;-]+");

    private static final TextPlace MESSAGE = TextPlace.json("outbox", "dedupe_id", "payload", "1 = 1");

    private static final String KEPT = "SELECT endpoint, idempotency_key, principal, body FROM idempotency_keys WHERE"
            + " state = 'done' AND (endpoint, idempotency_key, principal) > (?, ?, ?) ORDER BY 1, 2, 3 LIMIT " + BATCH;
    private static final String KEEP =
            "UPDATE idempotency_keys SET body = ? WHERE (endpoint, idempotency_key, principal) = (?, ?, ?)";

    private record Found(String key, String content) {}

    private record Kept(String endpoint, String key, String principal, byte[] body) {

        static Kept read(Row row) throws SQLException {
            return new Kept(
                    row.text("endpoint"), row.text("idempotency_key"), row.text("principal"), row.bytes("body"));
        }
    }

    private final Journal journal;
    private final List<TextPlace> places;

    /** @param places the service's own records */
    public TextRedactions(Journal journal, List<TextPlace> places) {
        this.journal = journal;
        this.places = List.copyOf(places);
    }

    public Route<?> route() {
        return Route.of(Operation.TEXT_REDACT, TextRedact.class, TextRedacted.class, this::redact);
    }

    private Reply redact(Call<TextRedact> call) {
        String text = call.input().text();
        int rows = 0;
        int open = 0;
        for (TextPlace place : places) {
            rows += overwritten(place, place.ended(), text, true);
            open += overwritten(place, "NOT (" + place.ended() + ")", text, false);
        }
        int messages = overwritten(MESSAGE, MESSAGE.ended(), text, true);
        TextRedacted done = new TextRedacted("redacted", rows, answers(text), messages, open);
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("rows", done.rows());
        detail.put("answers", done.answers());
        detail.put("messages", done.messages());
        detail.put("open", done.open());
        detail.put("reason", call.input().reason());
        Reply reply = journal.commit(tx -> {
            tx.audit(call.audit().detail(detail));
            return Answers.keep(tx, call, Reply.ok(done));
        });
        journal.vacuum();
        return reply;
    }

    /** The number of values that hold the text and, if {@code really}, do so no more. */
    private int overwritten(TextPlace place, String condition, String text, boolean really) {
        String rows = "SELECT " + place.key() + " AS key, " + place.column() + " AS content FROM " + place.table()
                + " WHERE " + place.key() + " > ? AND " + place.column() + " LIKE ? AND (" + condition
                + ") ORDER BY 1 LIMIT " + BATCH;
        String overwrite = "UPDATE " + place.table() + " SET " + place.column() + " = ? WHERE " + place.key() + " = ?";
        String pattern = pattern(text);
        int count = 0;
        List<Found> found = found(rows, "", pattern);
        while (!found.isEmpty()) {
            List<Found> holding = found.stream()
                    .filter(row -> !without(place, row.content(), text).equals(row.content()))
                    .toList();
            count += holding.size();
            if (really && !holding.isEmpty()) {
                journal.commit(tx -> {
                    for (Found row : holding) {
                        tx.sql().update(overwrite, without(place, row.content(), text), row.key());
                    }
                    return holding;
                });
            }
            found = found(rows, found.getLast().key(), pattern);
        }
        return count;
    }

    private List<Found> found(String rows, String after, String pattern) {
        return journal.read(
                sql -> sql.list(rows, row -> new Found(row.text("key"), row.text("content")), after, pattern));
    }

    /** Answers are kept as bytes, which no pattern finds. */
    private int answers(String text) {
        int count = 0;
        List<Kept> rows = kept(new Kept("", "", "", new byte[0]));
        while (!rows.isEmpty()) {
            for (Kept row : rows) {
                String body = new String(row.body(), StandardCharsets.UTF_8);
                String after = withoutJson(body, text);
                if (!after.equals(body)) {
                    count++;
                    journal.commit(tx -> tx.sql()
                            .update(
                                    KEEP,
                                    after.getBytes(StandardCharsets.UTF_8),
                                    row.endpoint(),
                                    row.key(),
                                    row.principal()));
                }
            }
            rows = kept(rows.getLast());
        }
        return count;
    }

    private List<Kept> kept(Kept after) {
        return journal.read(sql -> sql.list(KEPT, Kept::read, after.endpoint(), after.key(), after.principal()));
    }

    /** The longest piece of the text that stands in JSON as it is; it finds every row that holds the text. */
    private static String pattern(String text) {
        String longest = "";
        Matcher plain = PLAIN.matcher(text);
        while (plain.find()) {
            longest = plain.group().length() > longest.length() ? plain.group() : longest;
        }
        return "%" + longest + "%";
    }

    private static String without(TextPlace place, String content, String text) {
        if (place.json()) {
            return withoutJson(content, text);
        }
        return content.contains(text) ? REDACTED : content;
    }

    /** The same JSON with other values in place of those that hold the text; as it is if none does. */
    private static String withoutJson(String json, String text) {
        if (json.isEmpty()) {
            return json;
        }
        Object parsed = Json.parse(json);
        Object after = without(parsed, text);
        return Objects.equals(after, parsed) ? json : Json.text(after);
    }

    private static @Nullable Object without(@Nullable Object value, String text) {
        return switch (value) {
            case String string -> string.contains(text) ? REDACTED : string;
            case List<?> list -> {
                List<@Nullable Object> after = new ArrayList<>();
                list.forEach(each -> after.add(without(each, text)));
                yield after;
            }
            case Map<?, ?> map -> {
                Map<String, @Nullable Object> after = new LinkedHashMap<>();
                map.forEach((name, each) -> after.put(String.valueOf(name), without(each, text)));
                yield after;
            }
            case null, default -> value;
        };
    }
}
