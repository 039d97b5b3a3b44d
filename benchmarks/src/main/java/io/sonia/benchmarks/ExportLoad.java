package io.sonia.benchmarks;

import io.sonia.kernel.ServiceName;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Measures what the audit routes of a service that was started for load do with a million entries: a verification, an
 * export to a file.
 */
final class ExportLoad {

    private static final int ENTRIES = 1_000_000;
    private static final int ROUNDS = 3;
    private static final int TRAILER_BYTES = 512;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final StackUnderLoad stack;
    private final Path file;

    ExportLoad(StackUnderLoad stack, Path file) {
        this.stack = stack;
        this.file = file;
    }

    void run() throws Exception {
        stack.up(true);
        stack.down();
        new RestartLoad(stack.home()).entries(ENTRIES);
        stack.up(true, "--throughput");
        for (int round = 1; round <= ROUNDS; round++) {
            double probe = Digests.perSecond(Runtime.getRuntime().availableProcessors());
            verification(round, probe);
            export(round);
        }
    }

    private void verification(int round, double probe) throws Exception {
        long start = System.nanoTime();
        String answer = stack.get("/v1/audit/verify?from_seq=1&to_seq=" + ENTRIES);
        double rate = ENTRIES * 1e9 / (System.nanoTime() - start);
        if (!answer.contains("\"checked_entries\":" + ENTRIES) || !answer.contains("\"valid\":true")) {
            throw new IllegalStateException("expected a verification of all entries, met " + answer);
        }
        Bench.row(
                "GET /v1/audit/verify, " + ENTRIES + " entries, round " + round,
                "%.0f/s, %.2f of the digests".formatted(rate, rate / probe),
                "500000/s");
    }

    private void export(int round) throws Exception {
        URI address = URI.create("http://127.0.0.1:" + stack.port(ServiceName.EVA_OS)
                + "/v1/audit/export?format=file&from_seq=1&to_seq=" + ENTRIES);
        HttpRequest request = HttpRequest.newBuilder(address)
                .header("Authorization", "Bearer " + stack.operatorToken())
                .timeout(PATIENCE)
                .build();
        long start = System.nanoTime();
        try (HttpClient client = HttpClient.newHttpClient()) {
            client.send(request, HttpResponse.BodyHandlers.ofFile(file));
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        if (!end().contains("{\"entries\":" + ENTRIES + ",")) {
            throw new IllegalStateException("expected an export with its trailer, met " + end());
        }
        Bench.row(
                "GET /v1/audit/export, " + ENTRIES + " entries, round " + round,
                "%.1f s for %d MB".formatted(seconds, Files.size(file) / 1_000_000),
                "20 s");
    }

    private String end() throws IOException {
        try (RandomAccessFile written = new RandomAccessFile(file.toFile(), "r")) {
            written.seek(Math.max(0, written.length() - TRAILER_BYTES));
            byte[] last = new byte[(int) (written.length() - written.getFilePointer())];
            written.readFully(last);
            return new String(last, StandardCharsets.UTF_8);
        }
    }
}
