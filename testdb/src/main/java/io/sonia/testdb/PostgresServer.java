package io.sonia.testdb;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** A real PostgreSQL out of the build's own dependencies, one per test process; it ends with the process. */
public final class PostgresServer {

    /** Who may do everything, without a password. */
    public static final String USER = "postgres";

    private static final AtomicInteger DATABASES = new AtomicInteger();

    private PostgresServer() {}

    private static final class Shared {
        static final EmbeddedPostgres SERVER = start("max_connections", "300");
    }

    /** One more server, for a test that harms it; its caller closes it. */
    public static EmbeddedPostgres start(String setting, String value) {
        try {
            return EmbeddedPostgres.builder()
                    .setServerConfig("fsync", "on")
                    .setServerConfig("full_page_writes", "on")
                    .setServerConfig("synchronous_commit", "on")
                    // After a crash one call flushes the file system, not one for each of a thousand files.
                    .setServerConfig("recovery_init_sync_method", "syncfs")
                    .setServerConfig(setting, value)
                    // A language whose order of texts is not that of their bytes.
                    .setLocaleConfig("locale-provider", "icu")
                    .setLocaleConfig("icu-locale", "en-US")
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where the shared server listens. */
    public static int port() {
        return Shared.SERVER.getPort();
    }

    /** A section {@code journal} that names a database which nobody else has. */
    public static Map<String, String> settings() {
        String database = "stack_" + DATABASES.incrementAndGet();
        try (Connection connection = Shared.SERVER.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE DATABASE " + database);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return Map.of("url", url(port(), database), "user", USER);
    }

    /** What a query finds in the database of these settings: one number. */
    public static long number(Map<String, String> settings, String query) {
        try (Connection connection =
                        DriverManager.getConnection("jdbc:" + settings.get("url"), settings.get("user"), "");
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            if (!row.next()) {
                throw new IllegalStateException("nothing found");
            }
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Changes the database of these settings behind everybody's back. */
    public static void run(Map<String, String> settings, String change) {
        try (Connection connection =
                        DriverManager.getConnection("jdbc:" + settings.get("url"), settings.get("user"), "");
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(change);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The URL of a database behind a port of this machine. */
    public static String url(int port, String database) {
        return "postgresql://127.0.0.1:" + port + "/" + database;
    }
}
