package io.sonia.openclaw.desktop;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Looks whether bytes are a whole picture in the Portable Network Graphics format (W3C PNG, third edition). */
final class Png {

    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10};

    /** Samples for each pixel by type of colour; a type that is not there is 0. */
    private static final int[] CHANNELS = {1, 0, 3, 1, 2, 0, 4};

    private static final int HEADER_BYTES = 13;
    private static final int CHUNK_FRAME = 12;

    private Png() {}

    /**
     * The size of the picture as {@code width x height}, or why it is none.
     *
     * <p>Every checksum is compared, and the pixels are unpacked and counted without being kept.
     */
    static String size(byte[] bytes) {
        try (Inflater inflater = new Inflater()) {
            ByteBuffer in = ByteBuffer.wrap(bytes);
            byte[] start = new byte[SIGNATURE.length];
            in.get(start);
            if (!Arrays.equals(start, SIGNATURE)) {
                return "no PNG";
            }
            long unpacked = 0;
            long expected = -1;
            String size = "no header";
            while (in.hasRemaining()) {
                ByteBuffer chunk = chunk(in);
                switch (type(chunk)) {
                    case "IHDR" -> {
                        expected = pixelBytes(chunk);
                        size = chunk.getInt(4) + " x " + chunk.getInt(8);
                    }
                    case "IDAT" -> {
                        inflater.setInput(chunk.slice(4, chunk.limit() - 4));
                        unpacked += unpack(inflater);
                    }
                    case "IEND" -> {
                        return unpacked == expected && inflater.finished() ? size : "incomplete";
                    }
                    default -> {}
                }
            }
            return "incomplete";
        } catch (BufferUnderflowException | IndexOutOfBoundsException | IOException | DataFormatException e) {
            return "damaged";
        }
    }

    /** Type and content of the next chunk. */
    private static ByteBuffer chunk(ByteBuffer in) throws IOException {
        int length = in.getInt();
        if (length < 0 || length > in.remaining() - (CHUNK_FRAME - 4)) {
            throw new IOException("a chunk is longer than the file");
        }
        ByteBuffer chunk = in.slice(in.position(), 4 + length);
        CRC32 sum = new CRC32();
        sum.update(chunk.duplicate());
        in.position(in.position() + 4 + length);
        if ((int) sum.getValue() != in.getInt()) {
            throw new IOException("a checksum does not fit");
        }
        return chunk;
    }

    private static String type(ByteBuffer chunk) {
        return StandardCharsets.US_ASCII.decode(chunk.slice(0, 4)).toString();
    }

    /** How many bytes its rows have unpacked, with the byte before each that names its filter. */
    private static long pixelBytes(ByteBuffer header) throws IOException {
        int depth = header.get(12);
        int color = header.get(13);
        int interlace = header.get(4 + HEADER_BYTES - 1);
        if (color < 0 || color >= CHANNELS.length || CHANNELS[color] == 0 || interlace != 0) {
            throw new IOException("no plain picture");
        }
        long rowBits = (long) header.getInt(4) * CHANNELS[color] * depth;
        return header.getInt(8) * (1 + (rowBits + 7) / 8);
    }

    private static long unpack(Inflater inflater) throws DataFormatException {
        byte[] buffer = new byte[64 * 1024];
        long count = 0;
        while (true) {
            int read = inflater.inflate(buffer);
            if (read == 0) {
                return count;
            }
            count += read;
        }
    }
}
