package io.sonia.platform;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.sonia.journal.AuditTree;
import io.sonia.journal.Checkpoint;
import io.sonia.kernel.identity.Ed25519;
import io.sonia.kernel.identity.NoteKey;
import io.sonia.kernel.identity.SignedNote;
import io.sonia.kernel.identity.WitnessKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** A witness as C2SP tlog-witness has it, with its memory in this process. */
final class WitnessServer implements AutoCloseable {

    private static final String NAME = "witness.example/one";

    private final HttpServer server;
    private final KeyPair pair = Ed25519.newKeyPair();
    private final WitnessKey key = new WitnessKey(NAME, pair.getPublic());
    private final Map<String, Checkpoint> signed = new ConcurrentHashMap<>();
    private volatile boolean forging;
    private volatile Supplier<List<NoteKey>> logs = List::of;

    WitnessServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        server.createContext("/add-checkpoint", this::answer);
        server.start();
    }

    /** From now on what it signs is not the note that it was given. */
    void forge() {
        forging = true;
    }

    /** Whose heads it signs. */
    void trust(Supplier<List<NoteKey>> keys) {
        logs = keys;
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    String key() {
        return key.text();
    }

    /** What it has signed last of the chain, by the end of its name. */
    Checkpoint last(String chain) {
        return signed.entrySet().stream()
                .filter(each -> each.getKey().endsWith("/" + chain))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(new Checkpoint(chain, 0, ""));
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private synchronized void answer(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        int blank = body.indexOf("\n\n");
        List<String> lines = body.substring(0, blank).lines().toList();
        SignedNote note = SignedNote.parse(body.substring(blank + 2)).orElseThrow();
        Checkpoint asked = Checkpoint.parse(note.text()).orElseThrow();
        Checkpoint last = signed.getOrDefault(asked.origin(), new Checkpoint(asked.origin(), 0, ""));
        long old = Long.parseLong(lines.getFirst().substring("old ".length()));
        List<String> proof = lines.subList(1, lines.size()).stream()
                .map(line -> HexFormat.of().formatHex(Base64.getDecoder().decode(line)))
                .toList();
        if (note.signer(logs.get()).isEmpty()) {
            say(exchange, 403, "");
        } else if (old > asked.size()) {
            say(exchange, 400, "");
        } else if (old != last.size()) {
            exchange.getResponseHeaders().add("Content-Type", "text/x.tlog.size");
            say(exchange, 409, last.size() + "\n");
        } else if (old == 0 ? !proof.isEmpty() : !continued(last, asked, proof)) {
            say(exchange, 422, "");
        } else {
            signed.put(asked.origin(), asked);
            say(exchange, 200, cosignature(note));
        }
    }

    private static boolean continued(Checkpoint last, Checkpoint asked, List<String> proof) {
        return AuditTree.consistent(last.size(), last.root(), asked.size(), asked.root(), proof);
    }

    private String cosignature(SignedNote note) {
        long now = Instant.now().getEpochSecond();
        byte[] message =
                WitnessKey.message(now, forging ? "another\n" : note.text()).getBytes(StandardCharsets.UTF_8);
        byte[] signature = Ed25519.sign(pair.getPrivate(), message);
        byte[] all = ByteBuffer.allocate(Integer.BYTES + Long.BYTES + signature.length)
                .put(key.hash())
                .putLong(now)
                .put(signature)
                .array();
        return "\u2014 " + NAME + " " + Base64.getEncoder().encodeToString(all) + "\n";
    }

    private static void say(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        try (exchange) {
            exchange.getResponseBody().write(bytes);
        }
    }
}
