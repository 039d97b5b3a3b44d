package io.sonia.journal;

import static io.sonia.journal.Samples.count;
import static io.sonia.journal.Samples.insert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.testdb.PostgresServer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who gets into the database, over which line, and what the others are told. */
class PostgresLoginIT {

    private static final String USER = "sonia";
    private static final String PASSWORD = "correct horse battery";
    private static final AtomicInteger SCHEMAS = new AtomicInteger();

    /** The user's connections have to be encrypted, and those of {@code plain} need not be. */
    private static final String RULES = """
            local   all all   trust
            host    all postgres all trust
            hostssl all sonia all scram-sha-256
            host    all plain all scram-sha-256
            """;

    @TempDir
    static Path folder;

    private static EmbeddedPostgres server;
    private static ServerCertificate certificate;

    @BeforeAll
    static void startServer() throws Exception {
        certificate = ServerCertificate.of("ip:127.0.0.1", folder);
        server = PostgresServer.start("ssl_min_protocol_version", "TLSv1.3");
        Path data = Path.of(asked("SHOW data_directory"));
        certificate.install(data);
        java.nio.file.Files.writeString(data.resolve("pg_hba.conf"), RULES);
        said("CREATE ROLE sonia LOGIN PASSWORD '" + PASSWORD + "'");
        said("CREATE ROLE plain LOGIN PASSWORD '" + PASSWORD + "'");
        said("GRANT CREATE ON DATABASE postgres TO sonia, plain");
        said("ALTER SYSTEM SET ssl = on");
        said("SELECT pg_reload_conf()");
    }

    @AfterAll
    static void stopServer() throws IOException {
        server.close();
    }

    private static void said(String statement) throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement run = connection.createStatement()) {
            run.execute(statement);
        }
    }

    private static String asked(String query) throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement run = connection.createStatement();
                ResultSet row = run.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }

    private static String url(String parameters) {
        return PostgresServer.url(server.getPort(), "postgres") + parameters;
    }

    private static String verified() {
        return "?sslmode=verify-full&sslrootcert=" + certificate.file();
    }

    private static Journal open(String url, String user, @Nullable String password) {
        TestClock clock = new TestClock();
        return PostgresJournal.open(
                new PostgresDatabase(url, user, password, "login_" + SCHEMAS.incrementAndGet()),
                ServiceName.EVA_OS,
                Samples.SCHEMA,
                clock,
                new Hlc(clock),
                JournalOptions.of(UnaryOperator.identity(), reason -> {}));
    }

    private static void refused(String url, String user, @Nullable String password, String why) {
        assertThatThrownBy(() -> open(url, user, password)).isInstanceOfSatisfying(SoniaException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_UNAVAILABLE);
            assertThat(e.text()).contains(why);
            StringWriter all = new StringWriter();
            e.printStackTrace(new PrintWriter(all));
            assertThat(all.toString()).doesNotContain(PASSWORD);
            if (password != null) {
                assertThat(all.toString()).doesNotContain(password);
            }
        });
    }

    @Test
    void userWithPasswordAndVerifiedServerWorks() {
        try (Journal journal = open(url(verified()), USER, PASSWORD)) {
            journal.commit(insert("tsk_1"));
            assertThat(count(journal, "tasks")).isEqualTo(1);
            assertThat(journal.<Long>read(sql -> sql.number(
                            "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE ssl AND usename = ?",
                            USER)))
                    .as("encrypted connections")
                    .isPositive();
        }
    }

    @Test
    void wrongPasswordIsNamedWithoutIt() {
        refused(url(verified()), USER, "wrong horse", "correct journal.user or secrets/postgres.password");
        refused(url(""), "plain", "wrong horse", "correct journal.user or secrets/postgres.password");
    }

    @Test
    void missingPasswordIsNamed() {
        refused(url(""), "plain", null, "asks for a password: write it into secrets/postgres.password");
    }

    @Test
    void unknownUserIsNamed() {
        refused(url(verified()), "nobody", PASSWORD, "does not let nobody in");
    }

    @Test
    void unknownDatabaseIsNamed() {
        refused(url(verified()).replace("/postgres?", "/none?"), USER, PASSWORD, "is not there: create the database");
    }

    @Test
    void lineInTheOpenWhereTheServerWantsItEncryptedIsNamed() {
        refused(url("?sslmode=disable"), USER, PASSWORD, "add sslmode=verify-full");
    }

    @Test
    void serverThatDoesNotEncryptIsRefused() {
        refused(
                PostgresServer.url(PostgresServer.port(), "postgres") + verified(),
                PostgresServer.USER,
                null,
                "does not encrypt: switch ssl on in the server");
    }

    @Test
    void serverWithTheCertificateOfAnotherIsRefused() throws Exception {
        Path other = ServerCertificate.of("ip:127.0.0.1", folder).file();
        refused(url("?sslmode=verify-full&sslrootcert=" + other), USER, PASSWORD, "could not be verified");
    }

    @Test
    void serverWhoseCertificateNamesAnotherHostIsRefused() {
        refused(url(verified()).replace("127.0.0.1", "localhost"), USER, PASSWORD, "could not be verified");
    }

    @Test
    void missingRootCertificateIsNamed() {
        Path none = folder.resolve("none.pem");
        refused(url("?sslmode=verify-full&sslrootcert=" + none), USER, PASSWORD, "sslrootcert has to name");
    }

    @Test
    void serverThatIsAwayIsNotTakenForAWrongOne() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        refused(PostgresServer.url(free, "postgres") + verified(), USER, PASSWORD, "cannot be reached");
    }
}
