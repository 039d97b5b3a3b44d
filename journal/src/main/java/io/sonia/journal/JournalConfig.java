package io.sonia.journal;

import io.sonia.kernel.Home;
import io.sonia.kernel.SecretFile;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import io.sonia.kernel.settings.Section;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the services keep their journals: in a SQLite file each, or in a schema each of one PostgreSQL database. The
 * user's password, if the server asks for one, is in {@code secrets/postgres.password}.
 *
 * @param url the database as {@code postgresql://host:5432/database}; without one each service has a file
 * @param leaseSeconds how long a process that has died keeps another one from taking over
 */
public record JournalConfig(
        @Nullable @Text(min = 15, max = 500) String url,
        @Default("\"sonia\"") @Text(min = 1, max = 63) String user,
        @Default("10") @Range(min = 2, max = 300) int leaseSeconds) {

    private static final Pattern URL = Pattern.compile(
            "postgresql://(?<host>\\[[0-9a-fA-F:.]+]|[A-Za-z0-9.-]+)(:\\d{1,5})?/[A-Za-z0-9_-]+(\\?(?<parameters>[^\\s?#@]*))?");
    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]");

    /** What may be said in the URL; everything else is decided here or by other keys. */
    private static final List<String> PARAMETERS = List.of("sslmode", "sslrootcert");

    private static final Pattern VERIFIED = Pattern.compile("(^|.*&)sslmode=verify-(full|ca)(&.*|$)");

    public static final Section<JournalConfig> SECTION = Section.fixed("journal", JournalConfig.class)
            .checkedBy((journal, all, problems) -> {
                if (journal.url == null) {
                    return;
                }
                Matcher url = URL.matcher(journal.url);
                if (!url.matches()) {
                    problems.accept("url is not of the form postgresql://host:port/database");
                    return;
                }
                String parameters = url.group("parameters") == null ? "" : url.group("parameters");
                for (String each : parameters.isEmpty() ? new String[0] : parameters.split("&", -1)) {
                    String[] parameter = each.split("=", 2);
                    if (!PARAMETERS.contains(parameter[0])) {
                        problems.accept(
                                "url has the parameter " + parameter[0] + "; only " + PARAMETERS + " belong there");
                    } else if (parameter[0].equals("sslrootcert") && !each.startsWith("sslrootcert=/")) {
                        problems.accept("url names the file of sslrootcert without its whole path");
                    }
                }
                if (!LOOPBACK.matcher(url.group("host")).matches()
                        && !VERIFIED.matcher(parameters).matches()) {
                    problems.accept("url leaves this machine: add sslmode=verify-full");
                }
            });

    public Duration lease() {
        return Duration.ofSeconds(leaseSeconds);
    }

    /**
     * The schema of a service, or nothing if it keeps a file. The memory engine always does: its full-text index is
     * SQLite's own and in the same transaction as the memory.
     *
     * @throws io.sonia.kernel.SoniaException AUTH_UNAVAILABLE if the password file cannot be used
     */
    public Optional<PostgresDatabase> databaseOf(ServiceName service, Home home) {
        return url == null || service == ServiceName.MEMORY_ENGINE
                ? Optional.empty()
                : Optional.of(new PostgresDatabase(
                        url,
                        user,
                        password(home),
                        service.wireName().toLowerCase(Locale.ROOT).replace('-', '_')));
    }

    /**
     * The journal of a service, to be read beside the service or without it.
     *
     * @throws io.sonia.kernel.SoniaException AUTH_UNAVAILABLE as {@link #databaseOf}, STORAGE_UNAVAILABLE if there is none
     */
    public ReadOnlyJournal toRead(ServiceName service, Home home) {
        return databaseOf(service, home)
                .map(ReadOnlyJournal::of)
                .orElseGet(() -> ReadOnlyJournal.ofFile(home.database(service)));
    }

    private @Nullable String password(Home home) {
        Path file = home.postgresPassword();
        if (!Files.exists(file)) {
            return null;
        }
        byte[] password = SecretFile.read(file, "write the password of " + user + " into it");
        return new String(password, StandardCharsets.UTF_8).strip();
    }
}
