package io.sonia.journal;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** A real PostgreSQL out of the build's own dependencies, one per test process; it ends with the process. */
public final class PostgresServer {

    private static final String USER = "postgres";
    private static final AtomicInteger SCHEMAS = new AtomicInteger();

    private PostgresServer() {}

    private static final class Shared {
        static final EmbeddedPostgres SERVER = start("max_connections", "300");
    }

    /** One more server, for a test that stops it. Its caller closes it. */
    static EmbeddedPostgres start(String setting, String value) {
        try {
            return EmbeddedPostgres.builder()
                    .setServerConfig("fsync", "on")
                    .setServerConfig("full_page_writes", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig(setting, value)
                    // A language whose order of texts is not that of their bytes.
                    .setLocaleConfig("locale-provider", "icu")
                    .setLocaleConfig("icu-locale", "en-US")
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A schema that nobody else has. */
    public static PostgresDatabase emptySchema() {
        return schemaOf(Shared.SERVER, "test_" + SCHEMAS.incrementAndGet());
    }

    /** A section {@code journal} that names a database which nobody else has. */
    public static Map<String, String> settings() {
        String database = "stack_" + SCHEMAS.incrementAndGet();
        try (Connection connection = Shared.SERVER.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE DATABASE " + database);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return Map.of("url", "postgresql://127.0.0.1:" + Shared.SERVER.getPort() + "/" + database, "user", USER);
    }

    static int port() {
        return Shared.SERVER.getPort();
    }

    /** The same schema by another port. */
    static PostgresDatabase through(int port, PostgresDatabase database) {
        return new PostgresDatabase(url(port), database.user(), database.password(), database.schema());
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

    static PostgresDatabase schemaOf(EmbeddedPostgres server, String schema) {
        return new PostgresDatabase(url(server.getPort()), USER, null, schema);
    }

    private static String url(int port) {
        return "postgresql://127.0.0.1:" + port + "/postgres";
    }
}
