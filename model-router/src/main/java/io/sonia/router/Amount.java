package io.sonia.router;

import io.sonia.journal.Row;
import java.sql.SQLException;

/** Money in millionths, tokens of prompts and answers together, and calls. */
record Amount(long micro, long tokens, long calls) {

    static final Amount NOTHING = new Amount(0, 0, 0);

    Amount plus(Amount more) {
        return new Amount(micro + more.micro, tokens + more.tokens, calls + more.calls);
    }

    static Amount read(Row row) throws SQLException {
        return new Amount(row.number("micro"), row.number("tokens"), row.number("calls"));
    }
}
