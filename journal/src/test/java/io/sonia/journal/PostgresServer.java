package io.sonia.journal;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;

/** A real PostgreSQL out of the build's own dependencies, one per test process; it ends with the process. */
public final class PostgresServer {

    private static final String USER = "postgres";
    private static final AtomicInteger SCHEMAS = new AtomicInteger();

    private PostgresServer() {}

    private static final class Shared {
        static final EmbeddedPostgres SERVER = start();
    }

    /** One more server, for a test that stops it. Its caller closes it. */
    static EmbeddedPostgres start() {
        try {
            return EmbeddedPostgres.builder()
                    .setServerConfig("fsync", "on")
                    .setServerConfig("full_page_writes", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A schema that nobody else has. */
    public static PostgresDatabase emptySchema() {
        return schemaOf(Shared.SERVER, "test_" + SCHEMAS.incrementAndGet());
    }

    static PostgresDatabase schemaOf(EmbeddedPostgres server, String schema) {
        return new PostgresDatabase(url(server), USER, null, schema);
    }

    private static String url(EmbeddedPostgres server) {
        return "postgresql://127.0.0.1:" + server.getPort() + "/postgres";
    }
}
