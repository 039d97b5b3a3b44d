package io.sonia.openclaw.web;

import io.sonia.kernel.SoniaException;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads one HTTP/1.1 answer (RFC 9112), narrowly: what could be read in two ways is refused. Head at most 16 KiB, body
 * cut at a cap.
 */
final class HttpReader {

    private static final int MAX_HEAD = 16 * 1024;
    private static final int MAX_INTERIM = 3;
    private static final int MAX_CHUNK_LINE = 1024;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([1-5]\\d\\d)(?: .*)?");
    private static final Pattern HEADER = Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \\t]*(.*?)[ \\t]*");
    private static final Pattern LENGTH = Pattern.compile("\\d{1,15}");
    private static final Pattern CHUNK = Pattern.compile("([0-9A-Fa-f]{1,8})[ \\t]*(?:;.*)?");

    private final InputStream in;
    private final int maxBody;
    private int headLeft = MAX_HEAD;

    HttpReader(InputStream in, int maxBody) {
        this.in = in;
        this.maxBody = maxBody;
    }

    /**
     * Reads the answer.
     *
     * @param withBody false for an answer to HEAD
     * @throws SoniaException TOOL_FAILED for an answer that is not well formed
     */
    HttpAnswer read(boolean withBody) throws IOException {
        for (int interim = 0; interim <= MAX_INTERIM; interim++) {
            int status = status();
            Map<String, String> headers = headers();
            if (status < 200) {
                continue;
            }
            boolean empty = !withBody || status == 204 || status == 304;
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            boolean cut = !empty && body(headers, body);
            return new HttpAnswer(status, headers, body.toByteArray(), cut);
        }
        throw malformed();
    }

    private int status() throws IOException {
        Matcher line = STATUS.matcher(headLine());
        if (!line.matches()) {
            throw malformed();
        }
        return Integer.parseInt(line.group(1));
    }

    private Map<String, String> headers() throws IOException {
        Map<String, String> headers = new HashMap<>();
        for (String line = headLine(); !line.isEmpty(); line = headLine()) {
            Matcher header = HEADER.matcher(line);
            if (!header.matches()) {
                throw malformed();
            }
            String name = header.group(1).toLowerCase(Locale.ROOT);
            String before = headers.put(name, header.group(2));
            boolean framing = name.equals("content-length") || name.equals("transfer-encoding");
            if (before != null && (framing || name.equals("location"))) {
                throw malformed();
            }
        }
        return headers;
    }

    /** Reads the body; true if it was cut. */
    private boolean body(Map<String, String> headers, ByteArrayOutputStream body) throws IOException {
        String length = headers.get("content-length");
        String coding = headers.get("transfer-encoding");
        if (coding != null) {
            if (length != null || !coding.equalsIgnoreCase("chunked")) {
                throw malformed();
            }
            return chunks(body);
        }
        if (length == null) {
            return copy(Long.MAX_VALUE, body, true);
        }
        if (!LENGTH.matcher(length).matches()) {
            throw malformed();
        }
        return copy(Long.parseLong(length), body, false);
    }

    private boolean chunks(ByteArrayOutputStream body) throws IOException {
        while (true) {
            Matcher chunk = CHUNK.matcher(line(MAX_CHUNK_LINE));
            if (!chunk.matches()) {
                throw malformed();
            }
            long size = Long.parseLong(chunk.group(1), 16);
            if (size == 0) {
                return false;
            }
            if (copy(size, body, false)) {
                return true;
            }
            if (!line(MAX_CHUNK_LINE).isEmpty()) {
                throw malformed();
            }
        }
    }

    /** Copies so many bytes, or up to the cap; true if the cap was met first. */
    private boolean copy(long count, ByteArrayOutputStream body, boolean untilEnd) throws IOException {
        byte[] buffer = new byte[8192];
        long left = count;
        while (left > 0) {
            int room = maxBody - body.size();
            if (room == 0) {
                return !untilEnd || in.read() >= 0;
            }
            int read = in.read(buffer, 0, (int) Math.min(Math.min(buffer.length, room), left));
            if (read < 0) {
                if (untilEnd) {
                    return false;
                }
                throw new EOFException("the answer ended early");
            }
            body.write(buffer, 0, read);
            left -= read;
        }
        return false;
    }

    private String headLine() throws IOException {
        String line = line(headLeft);
        headLeft -= line.length() + 2;
        return line;
    }

    private String line(int max) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(128);
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the answer ended early");
            }
            if (line.size() >= max) {
                throw malformed();
            }
            line.write(b);
        }
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    private static SoniaException malformed() {
        return UrlRefusal.failed("bad_answer");
    }
}
