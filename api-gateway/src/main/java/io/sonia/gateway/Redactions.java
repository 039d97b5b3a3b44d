package io.sonia.gateway;

import io.sonia.contracts.gateway.TurnRedact;
import io.sonia.contracts.gateway.TurnRedacted;
import io.sonia.journal.Answers;
import io.sonia.journal.Journal;
import io.sonia.journal.Row;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Reply;
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
 * Destruction of a text in what the gateway has on record: in ended turns, their recordings and actions, in kept answers
 * and in messages to other services. Each value that holds it is overwritten as a whole; then the store is written anew,
 * so that no page of it has it any more. A turn whose recording held it can be replayed no more.
 */
final class Redactions {

    private static final String REDACTED = "[REDACTED]";
    private static final String ENDED = "state IN ('completed', 'failed', 'cancelled')";
    private static final String OPEN_ACTION = "state IN ('pending_approval', 'approved', 'executing', 'verifying')";

    /** Rows that are looked at or overwritten in one commit. */
    private static final int BATCH = 200;

    /** What JSON and LIKE have as it is. */
    private static final Pattern PLAIN = Pattern.compile("[\\p{L}\\p{N} .,:;-]+");

    /**
     * A column of JSON text, in rows of two keys.
     *
     * @param rows the rows after two keys whose column is like a pattern, in the order of the keys
     */
    private record Place(String rows, String overwrite) {

        static Place of(String table, String first, String second, String column, String condition) {
            String keys = "(" + first + ", " + second + ")";
            return new Place(
                    "SELECT " + first + " AS first, " + second + " AS second, " + column + " AS content FROM " + table
                            + " WHERE " + keys + " > (?, ?) AND " + column + " LIKE ? ESCAPE '!' AND " + condition
                            + " ORDER BY 1, 2 LIMIT " + BATCH,
                    "UPDATE " + table + " SET " + column + " = ? WHERE " + keys + " = (?, ?)");
        }
    }

    private record Found(String first, String second, String content) {

        static Found read(Row row) throws SQLException {
            return new Found(row.text("first"), row.text("second"), row.text("content"));
        }
    }

    private static final String STEP = "CAST(ordinal AS TEXT)";
    private static final String STEP_ENDED = "turn_id IN (SELECT turn_id FROM turns WHERE " + ENDED + ")";
    private static final Place REQUEST = Place.of("turns", "turn_id", "''", "request", ENDED);
    private static final Place TURN = Place.of("turns", "turn_id", "''", "turn", ENDED);
    private static final Place ASKED = Place.of("turn_steps", "turn_id", STEP, "request", STEP_ENDED);
    private static final Place ANSWERED = Place.of("turn_steps", "turn_id", STEP, "response", STEP_ENDED);
    private static final Place ACTION = Place.of("actions", "action_id", "''", "action", "NOT " + OPEN_ACTION);
    private static final Place MESSAGE = Place.of("outbox", "dedupe_id", "''", "payload", "1 = 1");
    private static final Place OPEN_TURN = Place.of("turns", "turn_id", "''", "request", "NOT " + ENDED);
    private static final Place OPEN_CALL = Place.of("actions", "action_id", "''", "action", OPEN_ACTION);

    private static final String KEPT = "SELECT endpoint, idempotency_key, principal, body FROM idempotency_keys WHERE"
            + " state = 'done' AND (endpoint, idempotency_key, principal) > (?, ?, ?) ORDER BY 1, 2, 3 LIMIT " + BATCH;
    private static final String KEEP =
            "UPDATE idempotency_keys SET body = ? WHERE (endpoint, idempotency_key, principal) = (?, ?, ?)";

    private record Kept(String endpoint, String key, String principal, byte[] body) {

        static Kept read(Row row) throws SQLException {
            return new Kept(
                    row.text("endpoint"), row.text("idempotency_key"), row.text("principal"), row.bytes("body"));
        }
    }

    private final Journal journal;

    Redactions(Journal journal) {
        this.journal = journal;
    }

    Reply redact(Call<TurnRedact> call) {
        String text = call.input().text();
        int turns = Math.max(overwritten(REQUEST, text, true), overwritten(TURN, text, true));
        int steps = overwritten(ASKED, text, true) + overwritten(ANSWERED, text, true);
        int actions = overwritten(ACTION, text, true);
        int messages = overwritten(MESSAGE, text, true);
        int answers = answers(text);
        int open = overwritten(OPEN_TURN, text, false) + overwritten(OPEN_CALL, text, false);
        TurnRedacted done = new TurnRedacted("redacted", turns, steps, actions, answers, messages, open);
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("turns", turns);
        detail.put("actions", actions);
        detail.put("open", open);
        detail.put("reason", call.input().reason());
        Reply reply = journal.commit(tx -> {
            tx.audit(call.audit().detail(detail));
            return Answers.keep(tx, call, Reply.ok(done));
        });
        journal.vacuum();
        return reply;
    }

    /** The number of rows that hold the text and, if {@code really}, do so no more. */
    private int overwritten(Place place, String text, boolean really) {
        String pattern = pattern(text);
        int count = 0;
        List<Found> rows = rows(place, new Found("", "", ""), pattern);
        while (!rows.isEmpty()) {
            List<Found> holding = rows.stream()
                    .filter(row -> !without(row.content(), text).equals(row.content()))
                    .toList();
            count += holding.size();
            if (really && !holding.isEmpty()) {
                journal.commit(tx -> {
                    for (Found row : holding) {
                        tx.sql().update(place.overwrite(), without(row.content(), text), row.first(), row.second());
                    }
                    return holding;
                });
            }
            rows = rows(place, rows.getLast(), pattern);
        }
        return count;
    }

    private List<Found> rows(Place place, Found after, String pattern) {
        return journal.read(sql -> sql.list(place.rows(), Found::read, after.first(), after.second(), pattern));
    }

    /** Answers are kept as bytes, which no pattern finds. */
    private int answers(String text) {
        int count = 0;
        List<Kept> rows = kept(new Kept("", "", "", new byte[0]));
        while (!rows.isEmpty()) {
            for (Kept row : rows) {
                String body = new String(row.body(), StandardCharsets.UTF_8);
                String after = without(body, text);
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

    /** The same JSON with other values in place of those that hold the text; as it is if none does. */
    private static String without(String json, String text) {
        if (json.isEmpty()) {
            return json;
        }
        Object parsed = Json.parse(json.getBytes(StandardCharsets.UTF_8));
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
