package io.sonia.verifier;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** The files of a zip archive, none of them unpacked to disk. */
final class Archive implements FileTree {

    private static final long MAX_FILE_BYTES = 1L << 30;
    private static final long MAX_TOTAL_BYTES = 1L << 32;
    private static final long MAX_RATIO = 200;
    private static final long RATIO_FROM_BYTES = 1L << 20;

    private static final int LOCAL_HEADER = 0x04034b50;
    private static final int END_RECORD = 0x06054b50;
    private static final int END_RECORD_BYTES = 22;
    private static final int FILES_AT = 10;
    private static final int DIRECTORY_SIZE_AT = 12;
    private static final int MAX_COMMENT_BYTES = 65_535;
    private static final int MAX_DIRECTORY_BYTES = 32 * 1024 * 1024;

    private final ZipFile zip;
    private final Map<String, ZipEntry> files = new HashMap<>();

    Archive(Path file) throws IOException {
        requireBoundedDirectory(file);
        zip = open(file);
        try {
            long total = 0;
            for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
                total += take(all.nextElement());
                if (total > MAX_TOTAL_BYTES) {
                    throw unsafe("the files are larger than " + MAX_TOTAL_BYTES + " bytes together");
                }
            }
        } catch (RuntimeException e) {
            zip.close();
            throw e;
        }
    }

    /** Whether a file begins as zip archives do. */
    static boolean isArchive(Path file) throws IOException {
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            return in.length() >= Integer.BYTES && Integer.reverseBytes(in.readInt()) == LOCAL_HEADER;
        }
    }

    @Override
    public Set<String> names() {
        return files.keySet();
    }

    @Override
    public long size(String name) {
        ZipEntry entry = files.get(name);
        return entry == null ? 0 : entry.getSize();
    }

    @Override
    public InputStream open(String name) throws IOException {
        ZipEntry entry = files.get(name);
        if (entry == null) {
            throw Refusal.of(Reason.MISSING_FILE, name + " is missing");
        }
        try {
            return new ExactStream(zip.getInputStream(entry), entry.getSize());
        } catch (ZipException e) {
            throw unsafe("the archive is damaged");
        }
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }

    private long take(ZipEntry entry) {
        if (entry.isDirectory()) {
            throw unsafe("folders are not listed in these archives");
        }
        long size = entry.getSize();
        if (size < 0 || size > MAX_FILE_BYTES) {
            throw unsafe("a file is larger than " + MAX_FILE_BYTES + " bytes");
        }
        if (size > RATIO_FROM_BYTES && size / MAX_RATIO > entry.getCompressedSize()) {
            throw unsafe("a file is packed more than " + MAX_RATIO + " to 1");
        }
        if (files.put(FileTree.requireSafe(entry.getName()), entry) != null) {
            throw unsafe("a name is there twice");
        }
        return size;
    }

    private static ZipFile open(Path file) throws IOException {
        try {
            return new ZipFile(file.toFile());
        } catch (ZipException | EOFException e) {
            throw unsafe("the archive is damaged");
        }
    }

    /** The list of files is read into memory as a whole, so its size is looked at first. */
    private static void requireBoundedDirectory(Path file) throws IOException {
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            int length = (int) Math.min(in.length(), END_RECORD_BYTES + MAX_COMMENT_BYTES);
            byte[] tail = new byte[length];
            in.seek(in.length() - length);
            in.readFully(tail);
            ByteBuffer buffer = ByteBuffer.wrap(tail).order(ByteOrder.LITTLE_ENDIAN);
            for (int at = length - END_RECORD_BYTES; at >= 0; at--) {
                if (buffer.getInt(at) == END_RECORD) {
                    int count = Short.toUnsignedInt(buffer.getShort(at + FILES_AT));
                    long size = Integer.toUnsignedLong(buffer.getInt(at + DIRECTORY_SIZE_AT));
                    if (count > MAX_FILES || size > MAX_DIRECTORY_BYTES) {
                        throw unsafe("there are more than " + MAX_FILES + " files");
                    }
                    return;
                }
            }
            throw Refusal.of(Reason.TRUNCATED, "the archive has no end");
        }
    }

    private static Refusal unsafe(String what) {
        return Refusal.of(Reason.UNSAFE_ARCHIVE, what);
    }
}
