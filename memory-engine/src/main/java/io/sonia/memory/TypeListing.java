package io.sonia.memory;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.memory.Item;
import io.sonia.contracts.memory.TypeFilter;
import io.sonia.contracts.memory.TypeList;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Reply;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All memories of a type that are in force, page by page, in the order in which they became durable. */
final class TypeListing {

    private static final int MAX_TYPE = 64;
    private static final String IN_FORCE =
            "type = ?1 AND archived_at IS NULL AND superseded_at IS NULL AND redacted_at IS NULL";
    private static final String PAGE = "SELECT * FROM ledger WHERE " + IN_FORCE
            + " AND seq < coalesce((SELECT seq FROM ledger WHERE id = ?2), 9223372036854775807)"
            + " ORDER BY seq DESC LIMIT ?3";

    private final Foundation base;

    TypeListing(Foundation base) {
        this.base = base;
    }

    Reply page(Call<TypeFilter> call) {
        String type = call.path("type");
        if (type.length() > MAX_TYPE) {
            throw SoniaException.of(ErrorCode.NOT_FOUND);
        }
        String name = "memories of " + type;
        TypeFilter filter = call.input();
        Cursors.Position after = base.cursors().read(filter.cursor(), name);
        return Reply.ok(base.journal().read(sql -> {
            List<Item> found = sql.list(PAGE, Ledger::item, type, after == null ? "" : after.id(), filter.limit() + 1);
            List<Item> rows = fitting(found, filter);
            String next = rows.size() == found.size()
                    ? null
                    : base.cursors()
                            .after(
                                    new Cursors.Position(
                                            rows.getLast().createdAt(),
                                            rows.getLast().id()),
                                    name);
            long total = sql.number("SELECT count(*) FROM ledger WHERE " + IN_FORCE, type);
            return new TypeList(type, rows, rows.size(), total, next);
        }));
    }

    private static List<Item> fitting(List<Item> found, TypeFilter filter) {
        @Nullable Integer tokens = filter.maxTokens();
        int left = (tokens == null ? Memories.MAX_ANSWER_TOKENS : tokens) * Memories.CHARS_PER_TOKEN;
        List<Item> rows = new ArrayList<>();
        for (Item item : found) {
            left -= item.content().length();
            if (rows.size() == filter.limit() || (left < 0 && !rows.isEmpty())) {
                break;
            }
            rows.add(item);
        }
        return rows;
    }
}
