package io.sonia.contracts.router;

import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Shape;
import io.sonia.kernel.json.Text;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A memory put before a model. A conversation holds them in one system message: the line {@value #HEADING}, then one
 * JSON object per line.
 */
public record RecalledMemory(
        String id,
        String type,
        @Text(max = 262_144) String content,
        Instant createdAt,
        @Range double score) {

    public static final String HEADING = "Recalled memories:";

    /** The system message that puts {@code memories} before a model. */
    public static ChatMessage message(List<RecalledMemory> memories) {
        StringBuilder text = new StringBuilder(HEADING);
        memories.forEach(memory -> text.append('\n').append(Json.text(memory)));
        return ChatMessage.system(text.toString());
    }

    /** The memories in {@code message}; none if it is another kind of message. Lines of another form are left out. */
    public static List<RecalledMemory> in(ChatMessage message) {
        String text = message.role() == MessageRole.SYSTEM ? message.text() : "";
        if (!text.startsWith(HEADING)) {
            return List.of();
        }
        List<RecalledMemory> found = new ArrayList<>();
        text.lines().skip(1).filter(line -> line.startsWith("{")).forEach(line -> {
            try {
                found.add(Shape.of(RecalledMemory.class).readAnswer(Json.parseObject(line)));
            } catch (SoniaException e) {
                // Not one of ours: the rest of the message still counts.
            }
        });
        return found;
    }
}
