package io.sonia.kernel.settings;

import io.sonia.kernel.Home;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the last signed heads of the audit chains are kept, outside of the databases.
 *
 * @param folders each has a file per chain; the first one is below the home
 * @param git a repository that they are committed to as well
 */
public record HeadPlaces(List<Path> folders, @Nullable Path git) {

    public HeadPlaces {
        folders = List.copyOf(folders);
    }

    /** Below the home, and where else it is said. */
    public static HeadPlaces of(Home home, @Nullable String directory, @Nullable String git) {
        List<Path> folders = directory == null
                ? List.of(home.auditHeads())
                : List.of(home.auditHeads(), home.root().resolve(directory));
        return new HeadPlaces(folders, git == null ? null : home.root().resolve(git));
    }
}
