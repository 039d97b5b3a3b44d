package io.sonia.journal;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteOpenMode;

/**
 * A database file that this process alone may use. Every reason not to open it is told with its cure.
 *
 * <p>The file itself is read by Java only before SQLite opens it: closing any descriptor of a file drops all locks that
 * the process has on it (SQLite, How To Corrupt, section 2.2).
 */
final class SqliteFile implements Readers.Source {

    private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);

    /** A file up to this size is checked page by page at each start; a larger one would take too long. */
    private static final long CHECKED_BYTES = 16L * 1024 * 1024;

    private static final String HALF_COPY = ".copy";

    private static final int CACHE_KIB = 8 * 1024;
    private static final int BUSY_MS = 5_000;

    private static final FileAttribute<?> OWNER_FOLDER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<?> OWNER_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path path;
    private final FileChannel lock;

    private SqliteFile(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /** Takes the file for this process; one that is not there is made, readable by its owner only. */
    static SqliteFile open(Path path) {
        Path whole = path.toAbsolutePath();
        try {
            Files.createDirectories(whole.resolveSibling(""), OWNER_FOLDER);
            SqliteFile file = new SqliteFile(whole, locked(whole));
            try {
                file.prepare();
            } catch (SQLException | IOException | RuntimeException e) {
                file.release();
                throw e;
            }
            return file;
        } catch (SQLException e) {
            throw refusal(path, e);
        } catch (IOException e) {
            throw refused(path, "cannot be written: check that its folder exists and belongs to this user", e);
        }
    }

    /** A connection for the writer: every commit is synced before it returns. */
    Sql openWriter() throws SQLException {
        SQLiteConfig config = config();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        config.enforceForeignKeys(true);
        config.setPragma(SQLiteConfig.Pragma.RECURSIVE_TRIGGERS, "true");
        config.setPragma(SQLiteConfig.Pragma.WAL_AUTOCHECKPOINT, "0"); // WriteAheadLog does it
        Sql sql = new Sql(config.createConnection(url(path)), Dialect.SQLITE);
        String mode =
                sql.one("PRAGMA journal_mode", row -> row.text("journal_mode")).orElse("none");
        if (!mode.equals("wal")) {
            sql.connection().close();
            throw new SQLException("expected journal mode wal, met " + mode);
        }
        return sql;
    }

    /** A connection that cannot write, and that one thread at a time uses, so it needs no lock of its own. */
    @Override
    public Sql openReader() throws SQLException {
        SQLiteConfig config = config();
        config.setOpenMode(SQLiteOpenMode.NOMUTEX);
        Sql sql = new Sql(config.createConnection(url(path)), Dialect.SQLITE);
        sql.update("PRAGMA query_only = ON");
        return sql;
    }

    @Override
    public boolean good(Sql sql) {
        return true;
    }

    /** Refuses a damaged file as far as that shows in a moment. */
    void check(Sql sql) throws SQLException {
        if (path.toFile().length() <= CHECKED_BYTES) {
            List<String> found = sql.list("PRAGMA quick_check(1)", row -> row.text("quick_check"));
            if (!found.equals(List.of("ok"))) {
                throw damaged(path, null);
            }
        }
    }

    /** Copies the database beside itself under this suffix, in place of an older copy; whole or not at all. */
    void copy(Sql sql, String suffix) throws SQLException {
        Path half = sibling(HALF_COPY);
        try {
            Files.deleteIfExists(half);
            Files.createFile(half, OWNER_FILE);
            sql.update("VACUUM INTO ?", half.toString());
            force(half, StandardOpenOption.WRITE);
            Files.move(half, sibling(suffix), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            force(path.resolveSibling(""), StandardOpenOption.READ);
        } catch (IOException e) {
            throw refused(path, "cannot be copied before its upgrade: check the disk", e);
        }
    }

    /** Where the file is, for {@link #usableBytes}. */
    FileStore store() {
        try {
            return Files.getFileStore(path);
        } catch (IOException e) {
            throw refused(path, "has no known file system: check the disk", e);
        }
    }

    static long usableBytes(FileStore store) {
        try {
            return store.getUsableSpace();
        } catch (IOException e) {
            return Long.MAX_VALUE; // a broken disk shows at the next commit
        }
    }

    /** Size of the database without its write-ahead log. */
    long bytes() {
        return path.toFile().length();
    }

    long walBytes() {
        try {
            return Files.size(sibling("-wal"));
        } catch (IOException e) {
            return 0; // there is none until the first commit
        }
    }

    /** Lets other processes open the file. */
    void release() {
        try {
            lock.close();
        } catch (IOException e) {
            throw refused(path, "could not be unlocked", e);
        }
    }

    /** The file's name below SONIA_HOME, for messages. */
    String display() {
        return display(path);
    }

    SoniaException refusal(SQLException e) {
        return refusal(path, e);
    }

    private void prepare() throws IOException, SQLException {
        for (String leftover : List.of(".new", ".new-wal", ".new-shm", HALF_COPY)) {
            Files.deleteIfExists(sibling(leftover));
        }
        if (Files.exists(path)) {
            checkHeader();
        } else if (Files.exists(sibling("-wal"))) {
            throw refused(path, "is missing but its write-ahead log is there: put the file back beside it", null);
        } else {
            create();
        }
    }

    /** Makes the database under another name first, so that a crash leaves none rather than half of one. */
    private void create() throws IOException, SQLException {
        Path half = sibling(".new");
        Files.createFile(half, OWNER_FILE);
        SQLiteConfig config = config();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.createConnection(url(half)).close();
        force(half, StandardOpenOption.WRITE);
        Files.move(half, path, StandardCopyOption.ATOMIC_MOVE);
        force(path.resolveSibling(""), StandardOpenOption.READ);
    }

    private void checkHeader() throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            ByteBuffer start = ByteBuffer.allocate(MAGIC.length);
            if (channel.read(start) < MAGIC.length || !Arrays.equals(start.array(), MAGIC)) {
                throw damaged(path, null);
            }
        }
    }

    private Path sibling(String suffix) {
        return path.resolveSibling(path.getFileName() + suffix);
    }

    private static FileChannel locked(Path path) throws IOException {
        Path file = path.resolveSibling(path.getFileName() + ".lock");
        if (!Files.exists(file)) {
            Files.createFile(file, OWNER_FILE);
        }
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            channel.close();
            throw refused(
                    path, "is in use by another process: stop that one first, for instance by ./sonia down", null);
        }
        return channel;
    }

    private static SQLiteConfig config() {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout(BUSY_MS);
        config.setTempStore(SQLiteConfig.TempStore.MEMORY);
        config.setCacheSize(-CACHE_KIB);
        config.setGetGeneratedKeys(false);
        return config;
    }

    private static String url(Path path) {
        return "jdbc:sqlite:" + path;
    }

    private static void force(Path path, OpenOption how) throws IOException {
        try (FileChannel channel = FileChannel.open(path, how)) {
            channel.force(true);
        }
    }

    /** The refusal for an error of SQLite's while opening, by its primary result code in sqlite3.h. */
    private static SoniaException refusal(Path path, SQLException e) {
        return switch (e.getErrorCode() & 0xff) {
            case 11, 26 -> damaged(path, e);
            case 5, 6 -> refused(path, "is locked by another program: close that one first", e);
            case 13 -> refused(path, "cannot grow because the disk is full: free some space", e);
            case 3, 8, 14 -> refused(path, "cannot be written: check its owner and permissions and its folder's", e);
            default -> refused(path, "cannot be opened (SQLite code " + e.getErrorCode() + "): check the disk", e);
        };
    }

    private static SoniaException damaged(Path path, @Nullable Throwable cause) {
        return refused(
                path, "is damaged or not a database: restore it from a backup, or move it away to begin anew", cause);
    }

    private static SoniaException refused(Path path, String why, @Nullable Throwable cause) {
        SoniaException refused = SoniaException.of(ErrorCode.STORAGE_UNAVAILABLE, display(path) + " " + why);
        if (cause != null) {
            refused.addSuppressed(cause);
        }
        return refused;
    }

    private static String display(Path path) {
        Path whole = path.toAbsolutePath().normalize();
        int names = whole.getNameCount();
        return whole.subpath(Math.max(0, names - 3), names).toString();
    }
}
