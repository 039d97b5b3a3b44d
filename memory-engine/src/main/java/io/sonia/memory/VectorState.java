package io.sonia.memory;

import io.sonia.journal.Sql;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * How far the vectors are.
 *
 * @param dimensions null while there are none
 * @param model null without one
 * @param pending memories that wait for a vector; 0 without a model
 * @param complete true if everything can be found by meaning
 */
record VectorState(
        long count, @Nullable Integer dimensions, @Nullable String model, long pending, boolean complete) {

    private static final VectorState NONE = new VectorState(0, null, null, 0, false);

    static VectorState of(Sql sql, @Nullable Embedding embedding) throws SQLException {
        if (embedding == null) {
            return NONE;
        }
        SignCodes codes = embedding.codes();
        long pending = Vectors.pending(sql);
        return new VectorState(
                Vectors.count(sql, embedding.model()),
                codes.size() == 0 ? null : codes.dimensions(),
                embedding.model(),
                pending,
                embedding.loaded() && pending == 0 && !codes.full());
    }
}
