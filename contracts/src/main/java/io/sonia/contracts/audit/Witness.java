package io.sonia.contracts.audit;

import io.sonia.journal.AuditTree;
import io.sonia.journal.Checkpoint;
import io.sonia.journal.Journal;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SecretFile;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.identity.SignedNote;
import io.sonia.kernel.identity.WitnessKey;
import io.sonia.kernel.settings.AuditConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/**
 * Somebody else who signs the heads of a chain and remembers the last one (C2SP tlog-witness): it never signs a head
 * that does not continue what it has signed before, so a chain cannot be taken back behind its back. The last head with
 * its signature is kept as a file.
 */
public final class Witness {

    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final int MAX_ANSWER = 16 * 1024;
    private static final int CONFLICT = 409;

    /** What it said to a head. */
    public sealed interface Answer {

        /** It has signed the head. */
        record Cosigned(long size) implements Answer {}

        /** It has signed a head of more entries before. */
        record Ahead(long size) implements Answer {}

        /** It does not sign the head, or not in a way that can be checked. */
        record Refused(String why) implements Answer {}

        /** It did not answer. */
        record Away(String why) implements Answer {}
    }

    private final URI address;
    private final WitnessKey key;
    private final Path file;
    private final Journal journal;

    /** @param file where the last head that it has signed is kept */
    public Witness(AuditConfig.Witness config, Path file, Journal journal) {
        String base = config.url();
        this.address = URI.create((base.endsWith("/") ? base : base + "/") + "add-checkpoint");
        this.key = config.verifier();
        this.file = file;
        this.journal = journal;
    }

    /** Gives it a signed head. It may have signed one that is not known here: then the proof starts from that. */
    public Answer submit(AuditTree.Anchor anchor) {
        long known = Math.min(lastSize(), anchor.size());
        Answer first = submit(anchor, known);
        return first instanceof Answer.Ahead ahead && ahead.size() <= anchor.size() && ahead.size() != known
                ? submit(anchor, ahead.size())
                : first;
    }

    private Answer submit(AuditTree.Anchor anchor, long old) {
        String body;
        try {
            body = body(anchor, old);
        } catch (SoniaException e) {
            if (e.code() != ErrorCode.AUDIT_PRUNED) {
                throw e;
            }
            return new Answer.Away("what it has signed was removed since, so nothing can be proven to it");
        }
        HttpResponse<String> answer;
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT).build()) {
            answer = client.send(
                    HttpRequest.newBuilder(address)
                            .timeout(ANSWER)
                            .header("Content-Type", "text/plain; charset=utf-8")
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofString(), MAX_ANSWER));
        } catch (IOException e) {
            return new Answer.Away("it does not answer");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer.Away("the service is stopping");
        }
        return switch (answer.statusCode()) {
            case 200 -> signed(anchor, answer.body());
            case CONFLICT -> conflict(answer.body().strip());
            default -> new Answer.Refused("it answered " + answer.statusCode());
        };
    }

    private String body(AuditTree.Anchor anchor, long old) {
        List<String> proof =
                old == 0 || old == anchor.size() ? List.of() : journal.tree().consistency(old, anchor.size());
        StringBuilder body = new StringBuilder("old ").append(old).append('\n');
        proof.forEach(hash -> body.append(
                        Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hash)))
                .append('\n'));
        return body.append('\n').append(anchor.note()).toString();
    }

    private static Answer conflict(String text) {
        return text.matches("0|[1-9][0-9]{0,17}")
                ? new Answer.Ahead(Long.parseLong(text))
                : new Answer.Refused("it contradicts and does not say where");
    }

    private Answer signed(AuditTree.Anchor anchor, String lines) {
        SignedNote note = SignedNote.parse(anchor.note() + lines)
                .filter(each -> key.cosigned(each).isPresent())
                .orElse(null);
        if (note == null) {
            return new Answer.Refused("its signature does not verify");
        }
        try {
            SecretFile.createFolder(file.resolveSibling(""));
            SecretFile.write(file, note.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            return new Answer.Away("what it signed cannot be kept");
        }
        return new Answer.Cosigned(anchor.size());
    }

    /** How many entries it had signed, as far as is known here. */
    private long lastSize() {
        try {
            return SignedNote.parse(Files.readString(file))
                    .filter(note -> key.cosigned(note).isPresent())
                    .flatMap(note -> Checkpoint.parse(note.text()))
                    .map(Checkpoint::size)
                    .orElse(0L);
        } catch (IOException e) {
            return 0; // it says itself what it has
        }
    }
}
