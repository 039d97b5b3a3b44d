package io.sonia.cli;

import io.sonia.journal.JournalConfig;
import io.sonia.journal.PostgresDatabase;
import io.sonia.journal.ReadOnlyJournal;
import io.sonia.kernel.Home;
import io.sonia.kernel.ServiceName;
import java.util.Optional;

/** Where the journals of a home are. Reads no more of the configuration than that. */
final class JournalPlaces {

    private static final String USER = "sonia";

    /** Who only reads holds no lease. */
    private static final int NO_LEASE = 0;

    private final Home home;
    private final JournalConfig config;

    private JournalPlaces(Home home, JournalConfig config) {
        this.home = home;
        this.config = config;
    }

    static JournalPlaces of(Workplace place) {
        ConfigGlance journal = ConfigGlance.at(place, "journal");
        String user = journal.text("user");
        return new JournalPlaces(
                place.home(), new JournalConfig(journal.text("url"), user == null ? USER : user, NO_LEASE));
    }

    /** The service's schema in a database server; nothing if it keeps a file. */
    Optional<PostgresDatabase> databaseOf(ServiceName service) {
        return config.databaseOf(service, home);
    }

    /** The service's journal, to be read beside the service or without it. */
    ReadOnlyJournal toRead(ServiceName service) {
        return config.toRead(service, home);
    }
}
