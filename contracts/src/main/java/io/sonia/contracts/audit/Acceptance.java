package io.sonia.contracts.audit;

import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import io.sonia.kernel.json.Text;
import java.time.Instant;
import java.util.Optional;

/**
 * That an operator accepts that a chain is not what its last signed head says, for instance after a disk was lost, or that
 * the head itself is lost.
 *
 * @param heads SHA-256 over the heads on file, so that it holds for these alone
 */
public record Acceptance(
        @Text(min = 64, max = 64) String heads,
        @Text(min = 1, max = 500) String reason,
        Instant acceptedAt) {

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
