package io.sonia.journal;

import io.sonia.testdb.PostgresServer;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;

/** Schemas of the PostgreSQL that the tests start. */
final class PostgresSchemas {

    private static final String DATABASE = "postgres";
    private static final AtomicInteger MADE = new AtomicInteger();

    private PostgresSchemas() {}

    /** A schema that nobody else has. */
    static PostgresDatabase empty() {
        return at(PostgresServer.port(), "test_" + MADE.incrementAndGet());
    }

    /** A schema of the server, or of what leads to it, at a port of this machine. */
    static PostgresDatabase at(int port, String schema) {
        return new PostgresDatabase(PostgresServer.url(port, DATABASE), PostgresServer.USER, null, schema);
    }

    /** What an outside client may do, in one transaction. */
    static void run(PostgresDatabase database, String... statements) throws SQLException {
        Sql sql = database.openWriter();
        try {
            for (String each : statements) {
                sql.update(each);
            }
            sql.connection().commit();
        } finally {
            sql.connection().close();
        }
    }
}
