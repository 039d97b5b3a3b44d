package io.sonia.journal;

import java.sql.SQLException;

/** How far the audit chain goes, from another source than its entries. */
interface KnownHeads {

    /** A head whose entries are there for everything that is read on this connection from now on. */
    AuditChain.Head durable(Sql sql) throws SQLException;

    /** A head beyond which nothing was written when this connection read last. */
    AuditChain.Head written(Sql sql) throws SQLException;

    /** What the first entry that is there continues: nothing, unless older ones were removed. */
    default AuditChain.Head base(Sql sql) throws SQLException {
        return AuditPruning.base(sql);
    }
}
