package io.sonia.contracts.audit;

import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.identity.SignedNote;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import io.sonia.kernel.json.Text;
import java.time.Instant;
import java.util.Optional;

/**
 * That an operator accepts that a chain is not what its last signed head says, for instance after a disk was lost.
 *
 * @param head SHA-256 of the note, so that it holds for this head alone
 */
public record Acceptance(
        @Text(min = 64, max = 64) String head,
        @Text(min = 1, max = 500) String reason,
        Instant acceptedAt) {

    public static Acceptance of(SignedNote note, String reason, Instant now) {
        return new Acceptance(Sha256.hex(note.toString()), reason, now);
    }

    boolean of(SignedNote note) {
        return head.equals(Sha256.hex(note.toString()));
    }

    String text() {
        return Json.text(this);
    }

    static Optional<Acceptance> parse(String text) {
        try {
            return Optional.of(Shape.of(Acceptance.class).read(Json.parseObject(text)));
        } catch (SoniaException e) {
            return Optional.empty();
        }
    }
}
