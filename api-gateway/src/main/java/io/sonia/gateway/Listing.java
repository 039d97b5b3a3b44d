package io.sonia.gateway;

import io.sonia.contracts.Cursors;
import io.sonia.journal.Journal;
import io.sonia.journal.RowReader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The pages of one of the gateway's tables; {@link io.sonia.contracts.Listing} reads them. */
final class Listing {

    /** The rows, how many match in all, and where the next page starts. */
    record Page<T>(List<T> rows, int total, @Nullable String nextCursor) {}

    private final io.sonia.contracts.Listing listing;

    Listing(String table, String idColumn) {
        this.listing = new io.sonia.contracts.Listing(table, idColumn);
    }

    Listing where(String column, @Nullable Object value) {
        listing.where(column, value);
        return this;
    }

    <T> Page<T> page(Journal journal, Cursors cursors, @Nullable String cursor, int limit, RowReader<T> reader) {
        io.sonia.contracts.Listing.Page<T> page = listing.page(journal, cursors, cursor, limit, reader);
        return new Page<>(page.rows(), page.total(), page.nextCursor());
    }
}
